"""Exporters: files the user saves. One file each."""
