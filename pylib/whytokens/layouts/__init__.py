"""Layouts: trees of frames as columns, made from attributions. One file each."""
