"""The parts of the model, shaped as Stable Diffusion 1.5 inpainting, at the width of a toy."""

# The libraries' annotations are narrower than what they take, and export little.
# pyright: reportArgumentType=false, reportPrivateImportUsage=false, reportAttributeAccessIssue=false
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    StableDiffusionInpaintPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from tests.models.scenes.words import every_sentence

LATENT_SCALE = 0.18215  # of Stable Diffusion 1.x: code that assumes it must be right here too
TOKENS = 77
TEXT_WIDTH = 96
START, END = "<|startoftext|>", "<|endoftext|>"


def _byte_symbols() -> list[str]:
    """The 256 characters that stand for bytes in byte-level BPE (GPT-2), printable ones as is."""
    printable = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte if byte in printable else next(others)) for byte in range(256)]


def _learnt_merges() -> list[tuple[str, str]]:
    """Byte-pair merges that make one token of each word in the sentences.

    Written out, since the library's trainer orders pairs of equal number by chance: a training
    that is gone on with would find its words exchanged.
    """
    text = " ".join(every_sentence()).replace(",", " , ")
    words = [[*word[:-1], word[-1] + "</w>"] for word in sorted(set(text.split()))]
    merges: list[tuple[str, str]] = []
    while pairs := Counter(pair for word in words for pair in pairwise(word)):
        first = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(first)
        words = [_merged(word, first) for word in words]
    return merges


def _merged(word: list[str], pair: tuple[str, str]) -> list[str]:
    merged: list[str] = []
    for symbol in word:
        if merged and (merged[-1], symbol) == pair:
            merged[-1] += symbol
        else:
            merged.append(symbol)
    return merged


def new_tokenizer() -> CLIPTokenizer:
    """A CLIP tokenizer of our own few words; any other text falls apart into bytes."""
    symbols = _byte_symbols()
    merges = _learnt_merges()
    words = [*symbols, *(symbol + "</w>" for symbol in symbols)]
    words += [word for word in ("".join(pair) for pair in merges) if word not in set(words)]
    words += [START, END]
    vocabulary = {word: index for index, word in enumerate(dict.fromkeys(words))}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=TOKENS)


def new_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=TEXT_WIDTH,
        intermediate_size=2 * TEXT_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=TOKENS,
        projection_dim=TEXT_WIDTH,
        # The defaults point past a vocabulary as small as this one.
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return CLIPTextModel(config)


def new_vae() -> AutoencoderKL:
    """Eight times smaller each way, four latent channels."""
    vae = AutoencoderKL(
        block_out_channels=(16, 16, 32, 64),
        # More groups than this come near one a channel, which takes a plain picture's colour away.
        norm_num_groups=4,
        layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        sample_size=128,
        scaling_factor=LATENT_SCALE,
    )
    assert vae.quant_conv is not None
    assert vae.quant_conv.bias is not None
    with torch.no_grad():  # latents start nearly without noise, which would drown them
        vae.quant_conv.weight[vae.config["latent_channels"] :] *= 0.1
        vae.quant_conv.bias[vae.config["latent_channels"] :] = -6
    return vae


def new_unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=9,
        out_channels=4,
        layers_per_block=1,
        block_out_channels=(64, 96),
        norm_num_groups=16,
        attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=TEXT_WIDTH,
    )


def new_scheduler() -> DDIMScheduler:
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """What the pipeline is made of."""

    vae: AutoencoderKL
    tokenizer: CLIPTokenizer
    text_encoder: CLIPTextModel
    unet: UNet2DConditionModel

    def pipeline(self) -> StableDiffusionInpaintPipeline:
        return StableDiffusionInpaintPipeline(
            vae=self.vae,
            text_encoder=self.text_encoder,
            tokenizer=self.tokenizer,
            unet=self.unet,
            scheduler=new_scheduler(),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )


def new_parts(vae: AutoencoderKL) -> Parts:
    """Everything new but the autoencoder, which has learnt already."""
    tokenizer = new_tokenizer()
    return Parts(vae, tokenizer, new_text_encoder(tokenizer), new_unet())
