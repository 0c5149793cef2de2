"""Tiny random segmentation networks of the sorts that users have, as folders.

Skip where torch is missing: ``pytest.importorskip("transformers")`` before importing this module.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers

from tests.support.tiny_texts import clip_tokenizer

CLASSES = 150


def segformer(count: int = CLASSES) -> Any:
    config = transformers.SegformerConfig(
        num_encoder_blocks=4,
        depths=[1, 1, 1, 1],
        hidden_sizes=[8, 8, 16, 16],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        num_labels=count,
    )
    return transformers.SegformerForSemanticSegmentation(config)


def by_brightness(dark: int, bright: int) -> Any:
    """A SegFormer that calls what is dark the one and what is bright the other: of all its weights
    only those on one way through it are not 0."""
    network = segformer()
    stage, head = network.segformer.stages[0], network.decode_head
    with torch.no_grad():
        for each in network.parameters():
            each.zero_()
        stage.patch_embeddings.proj.weight[0] = 1.0
        stage.patch_embeddings.layer_norm.weight.fill_(1.0)
        stage.layer_norm.weight.fill_(1.0)
        head.linear_projections[0].proj.weight[0, 0] = 1.0
        head.linear_fuse.weight[0] = 1.0
        head.batch_norm.weight.fill_(1.0)
        head.classifier.weight[bright, 0] = 2.0
        head.classifier.bias[dark] = 1.0
    return network


def upernet() -> Any:
    backbone = transformers.ConvNextConfig(
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = transformers.UperNetConfig(
        backbone_config=backbone,
        hidden_size=16,
        auxiliary_channels=8,
        pool_scales=[1, 2],
        num_labels=CLASSES,
    )
    return transformers.UperNetForSemanticSegmentation(config)


def swin() -> Any:
    return transformers.SwinConfig(
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        window_size=4,
        image_size=64,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )


def mask2former() -> Any:
    config = transformers.Mask2FormerConfig(
        backbone_config=swin(),
        feature_size=32,
        mask_feature_size=32,
        hidden_dim=32,
        encoder_feedforward_dim=16,
        encoder_layers=1,
        decoder_layers=2,
        num_attention_heads=2,
        dim_feedforward=16,
        num_queries=6,
        num_labels=CLASSES,
    )
    return transformers.Mask2FormerForUniversalSegmentation(config)


def oneformer() -> Any:
    config = transformers.OneFormerConfig(
        backbone_config=swin(),
        num_queries=6,
        is_training=False,
        conv_dim=32,
        mask_dim=32,
        hidden_dim=32,
        encoder_feedforward_dim=16,
        encoder_layers=1,
        decoder_layers=2,
        num_attention_heads=2,
        dim_feedforward=16,
        query_dec_layers=1,
        text_encoder_width=32,
        text_encoder_num_layers=1,
        text_encoder_vocab_size=520,
        task_seq_len=77,
        num_labels=CLASSES,
    )
    return transformers.OneFormerForUniversalSegmentation(config)


def dpt(made: str = "DPTForSemanticSegmentation") -> Any:
    config = transformers.DPTConfig(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=64,
        patch_size=16,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        num_labels=CLASSES,
    )
    return getattr(transformers, made)(config)


SORTS: dict[str, Callable[[], Any]] = {
    "segformer": segformer,
    "upernet": upernet,
    "mask2former": mask2former,
    "oneformer": oneformer,
    "dpt": dpt,
}


def saved(network: Any, path: Path) -> Path:
    """As its folder would be; OneFormer's has a tokenizer."""
    network.save_pretrained(path)
    if network.config.model_type == "oneformer":
        clip_tokenizer().save_pretrained(path)
    return path


def made(sort: str, path: Path) -> Path:
    torch.manual_seed(0)
    return saved(SORTS[sort](), path)
