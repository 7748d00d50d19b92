variable "compartment_id" {
  description = "OCID of the compartment in which everything is made (the tenancy's own will do)."
  type        = string
}

variable "availability_domain" {
  description = "Availability domain of the machine, e.g. xxxx:AP-TOKYO-1-AD-1. Out of capacity? Try another one."
  type        = string
}

variable "image_id" {
  description = "OCID of an image for the shape's architecture: Ubuntu 24.04 or Oracle Linux 8/9, aarch64 for A1."
  type        = string
}

variable "ssh_public_key_path" {
  description = "Your public SSH key, e.g. ~/.ssh/lifetracer.pub."
  type        = string
}

variable "my_ip" {
  description = "The only address from which SSH is let in, as a network: 203.0.113.7/32."
  type        = string

  validation {
    condition     = can(cidrhost(var.my_ip, 0)) && var.my_ip != "0.0.0.0/0"
    error_message = "my_ip is a network such as 203.0.113.7/32, and not the whole internet."
  }
}

variable "api_cidrs" {
  description = "Networks from which port 3000 is reached over plain HTTP; [] with the tunnel. There is no default: say it."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.api_cidrs : can(cidrhost(cidr, 0)) && cidr != "0.0.0.0/0"])
    error_message = "api_cidrs are networks such as 203.0.113.0/24, and not the whole internet: for that there is the tunnel."
  }
}

variable "shape" {
  description = "Shape of the machine; VM.Standard.E2.1.Micro (x86, 1 GB) where A1 is out of capacity."
  type        = string
  default     = "VM.Standard.A1.Flex"
}

variable "ocpus" {
  description = "Processors of a flexible shape."
  type        = number
  default     = 4
}

variable "memory_in_gbs" {
  description = "Memory of a flexible shape."
  type        = number
  default     = 24
}

variable "repository" {
  description = "Address that the machine clones lifetracer from; empty: copy it there yourself."
  type        = string
  default     = ""
}
