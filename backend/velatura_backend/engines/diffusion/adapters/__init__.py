"""What steers a model beside its prompt: control networks, reference pictures, LoRAs, embeddings,
styles. Nothing heavy is imported here: the server asks :mod:`.parameters` and :mod:`.styles`."""
