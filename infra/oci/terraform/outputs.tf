output "vm_public_ip" {
  description = "The address, which stays."
  value       = oci_core_public_ip.lifetracer_ip.ip_address
}

output "vm_private_ip" {
  value = oci_core_instance.lifetracer_vm.private_ip
}

output "ssh_config" {
  description = "Append it to ~/.ssh/config; then `ssh lifetracer`, and VS Code's Remote SSH, find the machine."
  value       = <<-EOT
    Host lifetracer
      HostName ${oci_core_public_ip.lifetracer_ip.ip_address}
      User ubuntu
      IdentityFile ${trimsuffix(var.ssh_public_key_path, ".pub")}
  EOT
}
