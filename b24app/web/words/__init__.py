"""Every sentence that stands in no template."""
