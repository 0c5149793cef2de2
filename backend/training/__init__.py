"""How the shipped networks came to be: procedural pictures, training, export. Never imported by the
product; see MODEL_CARD.md."""
