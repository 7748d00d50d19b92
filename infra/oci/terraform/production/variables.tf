variable "compartment_id" {
  description = "OCID of the compartment in which everything is made."
  type        = string
}

variable "environment" {
  description = "dev, staging or prod: part of every name, so that all three fit into one compartment."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment is dev, staging or prod."
  }
}

variable "availability_domains" {
  description = "Availability domains. Regions with one (Tokyo, Osaka) give one: then the fault domains do the separating."
  type        = list(string)

  validation {
    condition     = length(var.availability_domains) > 0
    error_message = "Name at least one availability domain."
  }
}

variable "image_id" {
  description = "OCID of an Ubuntu 24.04 or Oracle Linux 9 image for ARM."
  type        = string
}

variable "ssh_public_key_path" {
  description = "Your public SSH key. The machines have no public address: reach them by Oracle's Bastion service."
  type        = string
}

variable "certificate_path" {
  description = "PEM file of the certificate (with its chain) that the load balancer shows."
  type        = string
}

variable "private_key_path" {
  description = "PEM file of its key; it ends up in Terraform's state: keep the state encrypted and to yourself."
  type        = string
}

variable "lifetracer_image" {
  description = "The image by digest: name@sha256:…"
  type        = string
}

variable "environment_secret_id" {
  description = "OCID of the Vault secret that holds the containers' .env (DATABASE_URL with the primary's address in it)."
  type        = string
}

variable "repository" {
  description = "Address from which the machines clone infra/docker."
  type        = string
}

variable "app_ocpus" {
  type = number
}

variable "app_memory_in_gbs" {
  type = number
}

variable "app_servers_min" {
  description = "Servers that always run."
  type        = number
}

variable "app_servers_max" {
  description = "Servers at most, when processors are busy."
  type        = number
}

variable "app_volume_in_gbs" {
  description = "Disk of a server: system and containers."
  type        = number
  default     = 100
}

variable "database_ocpus" {
  type    = number
  default = 4
}

variable "database_memory_in_gbs" {
  type    = number
  default = 32
}

variable "database_volume_in_gbs" {
  type    = number
  default = 500
}

variable "requests_per_second" {
  description = "Requests that one address may make in a second before the firewall answers 429."
  type        = number
  default     = 50
}
