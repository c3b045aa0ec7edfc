# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads the NIC table (kernel-config/nics).  -v want= says what to print:
#   header          build/rom/nics.h: the ids of every ROM driver, and all rows for mkrom
#   drivers         the drivers' names
#   names           the names NIC= takes, one "name driver" a line
#   resolve         with -v nic=NAME or vvvv:dddd: "file driver vvvv:dddd", or nothing
BEGIN { FS = "|" }

{ sub(/(^|[ \t])#.*/, "") }
/\\$/ { sub(/\\$/, ""); line = line " " $0; next }
{ $0 = line " " $0; line = "" }
NF >= 7 {
	for (i = 1; i <= NF; i++)
		gsub(/^[ \t]+|[ \t]+$/, "", $i)
	if ($2 != "-")
		row($1, $2, $6)
}

function row(name, driver, ids,    n, id, i, hex)
{
	if (!(driver in list))
		order[++drivers] = driver
	names[++families] = name
	driver_of[name] = driver
	n = split(ids, id, /[ \t]+/)
	first[name] = id[1]
	for (i = 1; i <= n; i++) {
		family_of[id[i]] = name
		hex = "0x" substr(id[i], 1, 4) ", 0x" substr(id[i], 6, 4)
		list[driver] = list[driver] " { " hex " },"
		rows[++total] = "\tX(\"" name "\", \"" driver "\", " hex ")"
	}
}

function print_header(    i)
{
	print "/* Generated from kernel-config/nics; do not edit. */"
	for (i = 1; i <= drivers; i++)
		print "#define NIC_IDS_" order[i] list[order[i]]
	print "#define NIC_IDS_undi" # whatever card the PXE firmware drives
	printf "#define NIC_ROWS(X)"
	for (i = 1; i <= total; i++)
		printf " \\\n%s", rows[i]
	print ""
}

END {
	if (want == "header")
		print_header()
	for (i = 1; want == "drivers" && i <= drivers; i++)
		print order[i]
	for (i = 1; want == "names" && i <= families; i++)
		print names[i], driver_of[names[i]]
	if (want == "resolve") {
		nic = tolower(nic)
		if (nic in driver_of)
			print nic, driver_of[nic], first[nic]
		else if (nic in family_of)
			print substr(nic, 1, 4) "-" substr(nic, 6), driver_of[family_of[nic]], nic
	}
}
