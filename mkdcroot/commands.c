/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands: the table of all commands; each cmd_<verb>.c brings one or a few of them. */
#include "mkdcroot/command.h"
#include "mkdcroot/commands.h"

#include <stddef.h>

const struct command commands[] = {
	{ "add", "NAME IP [MAC]...", "layer role nic mac set from format",
	  "make hosts' roots and register the hosts",
	  "Make the root of the host NAME at the farm's directory, as a layer's shared read-only "
	  "files "
	  "with the host's own changes over them; write what is the host's own (name, network, "
	  "machine-id, SSH host keys, fstab, credentials); register it in the hosts file, with the "
	  "NFS server and with the boot server. Without MAC it is looked up in /etc/ethers; if it "
	  "is "
	  "not there the host waits for it: mkdcroot set NAME mac=ADDRESS says it. Several hosts "
	  "can "
	  "be named, or be those of the FILE of --from: lines of mkdcroot-hosts(5), a table (CSV) "
	  "whose first line names the columns, or a bootptab(5). All problems of FILE are said "
	  "with "
	  "their lines; if there is one nothing is done. Either all hosts are added or none.",
	  0, -1, cmd_add },
	{ "apply", "", "prune", "make the farm what the hosts file says",
	  "Compare every host with its line in the hosts file and with the settings, and bring it "
	  "there: a host with a new line is added, one whose line or settings changed gets its "
	  "files, "
	  "its address and its registration changed, and what is missing (a mount point, a mount, "
	  "an "
	  "export, a boot server entry) is made again. A host without a line stays, and is named, "
	  "unless --prune. The layer of a host that is there is not changed. What is done is said "
	  "first; when nothing is to be done nothing is written.",
	  0, 0, cmd_apply },
	{ "set", "NAME KEY=VALUE...", "", "change a host's line, and bring it into effect",
	  "Change keys of the host's line in the hosts file, mkdcroot-hosts(5), or its address "
	  "(ip=ADDRESS), and bring the host there as apply does. The values of a repeatable key "
	  "take "
	  "the place of all that were there; an empty value takes the key from the line. The rest "
	  "of "
	  "the line and its comment stay.",
	  2, -1, cmd_set },
	{ "remove", "NAME...", "", "unregister hosts and delete their roots",
	  "Take the hosts out of the boot server's and the NFS server's files, stop exporting "
	  "their "
	  "roots, and delete them with all that the hosts wrote; all of them, or none when one "
	  "cannot be. It asks first, unless --yes.",
	  1, -1, cmd_remove },
	{ "list", "", "", "the hosts of the farm", "List the hosts, one a line.", 0, 0, cmd_list },
	{ "show", "NAME", "", "all that is known of a host",
	  "Show a host's settings, its layer and generation, its paths, and where it is "
	  "registered.",
	  1, 1, cmd_show },
	{ "status", "[NAME...]", "services", "what is mounted, exported, registered, running",
	  "For each host, or those named, tell whether its root is mounted, exported and known to "
	  "the "
	  "boot server; then, when none was named, which of the services that the farm needs run "
	  "on "
	  "this machine. The exit status is 3 when something is not as it should be with a host. "
	  "With --services only the services are told, and the exit status is 3 when one that is "
	  "needed here does not run; one that another machine provides (nfs_server, tftp_server) "
	  "is not needed here. Services are looked for in the kernel's tables of sockets, those of "
	  "the network namespace in which status runs; nothing is sent.",
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
	{ "try", "NAME", "nic memory nfs timeout until log screenshot keep accel boot-server",
	  "boot a host in QEMU, through the whole chain",
	  "Boot the host NAME as an emulated computer, as it would boot itself: its card's boot "
	  "ROM, "
	  "BOOTP, TFTP, its tagged image, its root by NFS; and tell how long each stage took. All "
	  "of it, servers included, runs in namespaces of its own, on a network of its own, with a "
	  "throw-away copy of what the host wrote: nothing of the host, of the farm or of the "
	  "machine's servers is changed, and nothing is left. The console is shown on a terminal, "
	  "and the keyboard goes to it; Ctrl-C ends the trial. The exit status is 0 when the "
	  "console shows the login prompt (or the text of --until), and 1 when it does not: then "
	  "the stage that failed is named, and what to look at. The host must not be running.",
	  1, 1, cmd_try },
	{ "watch", "[NAME...]", "interface log no-packets from-start once",
	  "follow hosts from power-on to login",
	  "Show how far each host, or those named, comes on its way: asked, answered, loading, "
	  "loaded, mounted, init, up; and when it comes no further what holds it up and what to "
	  "do. It looks at the network (BOOTP, TFTP, and the mount of the root, whatever daemons "
	  "serve them) and at the logs of bootpd, dnsmasq, dhcpd, Kea, in.tftpd, atftpd, "
	  "rpc.mountd and nfs-ganesha in the journal, or in the files of --log. Only the network "
	  "shows every stage. It runs until Ctrl-C. With --once it reads files and tells how far "
	  "each host came; the exit status is 3 when one is held up.",
	  0, -1, cmd_watch },
	{ "kernel-check", "FILE", "nic nics", "would this kernel mount an NFS root",
	  "Tell whether the kernel FILE mounts an NFS root on a network card (of --nic, or on any "
	  "of the NIC table): alone, or only with an initrd, with the modules that it must bring. "
	  "FILE is a configuration (/boot/config-*, .config, /proc/config.gz) or a kernel image "
	  "that carries one (CONFIG_IKCONFIG); for another /boot/vmlinuz-* the configuration "
	  "beside it is read. A warning does not keep the root from being mounted, but something "
	  "on it from working. The exit status is 0 when it boots, alone or with an initrd, and 1 "
	  "when it does not.",
	  1, 1, cmd_kernel_check },
	{ "serve", "", "interface boot-server nfs-server despite-dhcp print print-services",
	  "serve the farm in the foreground",
	  "Be the farm's whole server until Ctrl-C: answer BOOTP and DHCP, send boot files by "
	  "TFTP, "
	  "serve the roots by NFS, each by a daemon of its own, started with a configuration made "
	  "from the farm. Nothing is written to /etc, and nothing is left when it ends, however it "
	  "ends: the daemons, and the mounts of roots that were not mounted, live in namespaces of "
	  "their own. Only hosts of the farm that are made are answered, and no stranger ever. "
	  "Each "
	  "stage of each host's boot is a line; with --verbose every line of the daemons, too; "
	  "with "
	  "--json each line is an object. Hosts that are added or removed meanwhile are noticed "
	  "within a second. It refuses to serve where another DHCP server answers. With "
	  "--print-services nothing is served: the lines are printed by which the system's own "
	  "daemons serve the farm, bootpd and in.tftpd from an inetd behind tcpd, from xinetd, or "
	  "alone; what belongs into services, hosts.allow and hosts.deny; and the commands that "
	  "start the NFS services of each distribution.",
	  0, 0, cmd_serve },
	{ "settings", "", "", "the settings in force",
	  "Print every setting with its value; with --json also its type, default and meaning.", 0,
	  0, cmd_settings },
	{ NULL },
};
