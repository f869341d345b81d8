"""nexusgen: turns .assembly files into everything that a bootable Nexus image needs."""
