"""The policies of an API product as the documents that API Management takes: typed entries and checked text in, whole XML out."""
