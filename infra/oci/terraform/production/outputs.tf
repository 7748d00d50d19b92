output "address" {
  description = "Let the domain's A record point there."
  value       = [for known in oci_load_balancer_load_balancer.edge.ip_address_details : known.ip_address]
}

output "database_private_ip" {
  description = "For DATABASE_URL in the vault's secret; reached from the servers only."
  value       = oci_core_instance.database.private_ip
}

output "backup_bucket" {
  value = oci_objectstorage_bucket.backups.name
}
