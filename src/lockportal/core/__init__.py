"""The kernel: values, records, decisions and the ports of the shell. It needs the standard library and attrs, nothing else."""
