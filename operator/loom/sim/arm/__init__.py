"""Azure Resource Manager itself: how reads, writes, deletes and polls of any type are answered."""
