# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel of diskless computers, and the checker of kernels.
#
#	make kernel NIC=rtl8139[,e1000...] [EXTRA=nfs42,...] [KERNEL_SRC=DIR|TARBALL]
#	make kernel NIC=all
#	make kernel-test	the one kernel that the tests share: build/kernel/vmlinuz-test
#	make kernel-config NIC=... [EXTRA=...]	only make and verify the configuration
#	make kernel-nics	the NIC families there are
#
# Results in build/kernel/: vmlinuz-VERSION-NICS[+EXTRAS] and config-VERSION-NICS[+EXTRAS].
# kernel-config/make-kernel does the work and decides what is up to date.

# Not below $(B): a kernel is the same for every variant of our own build.
KERNEL_DIR := build/kernel

NIC        ?=
EXTRA      ?=
KERNEL_SRC ?=

.PHONY: kernel kernel-config kernel-test kernel-nics
kernel kernel-config: export NIC := $(NIC)
kernel kernel-config: export EXTRA := $(EXTRA)
kernel kernel-config: export KERNEL_SRC := $(KERNEL_SRC)
kernel kernel-config:
	@CONFIG_ONLY=$(filter kernel-config,$@) kernel-config/make-kernel $(KERNEL_DIR)

kernel-test:
	@NIC=rtl8139,e1000,virtio_net EXTRA=nfs42 KERNEL_SRC= LINK=test kernel-config/make-kernel $(KERNEL_DIR)

kernel-nics:
	@kernel-config/make-kernel --list

KERNEL_LIB_SRCS := $(wildcard kernel-config/*.c)
$(LIBMKDCROOT): $(KERNEL_LIB_SRCS:%.c=$(B)/%.o)

# The table goes where the shipped data is: kernel-check and the `nic` of a host look there.
.PHONY: install-nics
install-nics:
	install -D -m 644 kernel-config/nics $(DESTDIR)$(datadir)/nics
INSTALL_STEPS += install-nics
