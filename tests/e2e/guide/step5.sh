service-fs read --filter tenant-id=acme-corp --event-type TENANT_CREATED --limit 1
