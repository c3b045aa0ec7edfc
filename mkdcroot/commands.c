/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands: the table of all commands; each cmd_<verb>.c brings one or a few of them. */
#include "mkdcroot/command.h"
#include "mkdcroot/commands.h"

#include <stddef.h>

const struct command commands[] = {
	{ "add", "NAME IP [MAC]", "layer role nic mac set",
	  "make a host's root and register the host",
	  "Make the root of the host NAME at the farm's directory, as a layer's shared read-only "
	  "files "
	  "with the host's own changes over them; write what is the host's own (name, network, "
	  "machine-id, SSH host keys, fstab, credentials); register it in the hosts file, with the "
	  "NFS server and with the boot server. Without MAC it is looked up in /etc/ethers; if it "
	  "is "
	  "not there the host waits for it: run add again when it is known, after remove.",
	  2, 3, cmd_add },
	{ "remove", "NAME...", "", "unregister hosts and delete their roots",
	  "Take the hosts out of the boot server's and the NFS server's files, stop exporting "
	  "their "
	  "roots, and delete them with all that the hosts wrote. It asks first, unless --yes.",
	  1, -1, cmd_remove },
	{ "list", "", "", "the hosts of the farm", "List the hosts, one a line.", 0, 0, cmd_list },
	{ "show", "NAME", "", "all that is known of a host",
	  "Show a host's settings, its layer and generation, its paths, and where it is "
	  "registered.",
	  1, 1, cmd_show },
	{ "status", "[NAME...]", "", "what is mounted, exported, registered",
	  "For each host, or those named, tell whether its root is mounted, exported and known to "
	  "the "
	  "boot server. The exit status is 3 when something is not as it should be.",
	  0, -1, cmd_status },
	{ "mount", "[NAME...]", "all", "mount layers and roots",
	  "Mount the roots of the hosts and the generations that they need, and export them, all "
	  "together: at the boot of the server (mkdcroot-mount.service). A host that fails does "
	  "not keep the others back; it is named, and the exit status is 3.",
	  0, -1, cmd_mount },
	{ "umount", "[NAME...]", "all", "unmount roots",
	  "Stop exporting the roots of the hosts, and unmount them.", 0, -1, cmd_umount },
	{ "layer create", "[LAYER]", "source profile", "make a layer",
	  "Make the layer LAYER (base) from a source: copy it to the layer's stage, take secrets "
	  "and "
	  "what belongs to one machine out as the profile says, and make an image of it, "
	  "generation 1. The source is / for this server, a directory, a tar archive, or "
	  "debian:SUITE.",
	  0, 1, cmd_layer_create },
	{ "layer list", "", "", "the layers", "List the layers, one a line.", 0, 0,
	  cmd_layer_list },
	{ "layer show", "LAYER", "", "all that is known of a layer",
	  "Show a layer's source, profile and generations, and the hosts on it; with --verbose "
	  "also "
	  "what it did not get from its source, and why.",
	  1, 1, cmd_layer_show },
	{ "layer remove", "LAYER", "", "delete a layer",
	  "Delete the layer LAYER, which no host uses any more, with its stage and images. It asks "
	  "first, unless --yes.",
	  1, 1, cmd_layer_remove },
	{ "image", "[NAME]", "layer all kernel", "make what hosts boot from a kernel",
	  "Make the tagged image, which a boot ROM loads and starts, for the layer's generations "
	  "that are in use and the newest; with NAME for that host's generation only. It gets the "
	  "newest kernel in the layer, with an initrd that mounts the root over NFSv3 and NFSv4, "
	  "made by the layer's own initramfs-tools in a throw-away copy of the layer; or the "
	  "kernel "
	  "FILE of --kernel. Addresses and root are taken from the boot server's reply when it "
	  "starts. The image is LAYER-GENERATION.nb in the farm's boot/, vmlinuz.nb there is a "
	  "link to the newest, and the hosts of that generation are registered with it.",
	  0, 1, cmd_image },
	{ "kernel-check", "FILE", "nic nics", "would this kernel mount an NFS root",
	  "Tell whether the kernel FILE mounts an NFS root on a network card (of --nic, or on any "
	  "of the NIC table): alone, or only with an initrd, with the modules that it must bring. "
	  "FILE is a configuration (/boot/config-*, .config, /proc/config.gz) or a kernel image "
	  "that carries one (CONFIG_IKCONFIG); for another /boot/vmlinuz-* the configuration "
	  "beside it is read. A warning does not keep the root from being mounted, but something "
	  "on it from working. The exit status is 0 when it boots, alone or with an initrd, and 1 "
	  "when it does not.",
	  1, 1, cmd_kernel_check },
	{ "settings", "", "", "the settings in force",
	  "Print every setting with its value; with --json also its type, default and meaning.", 0,
	  0, cmd_settings },
	{ NULL },
};
