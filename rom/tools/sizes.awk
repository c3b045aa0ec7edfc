# SPDX-License-Identifier: GPL-2.0-or-later
# ROM bytes by object file, from the linker's map.  -v rom=NAME is the table's title.
function hex(s,    i, n)
{
	n = 0
	for (i = 3; i <= length(s); i++)
		n = n * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1
	return n
}

/^(\.rom16|\.low|\.body) / || /^\.(rom16|low|body)$/ { inside = 1 }
/^\.bss/ || /^\/DISCARD\// { inside = 0 }
inside && /^ \./ && NF == 1 { name = $1; getline; $0 = name " " $0 }
inside && NF >= 4 && $3 ~ /^0x/ && $4 ~ /\.o$/ {
	object = $4
	sub(/^build\/rom\//, "", object)
	bytes[object] += hex($3)
	total += hex($3)
}

END {
	print rom ":"
	for (object in bytes)
		if (bytes[object])
			printf "  %6d  %s\n", bytes[object], object | "sort -rn"
	close("sort -rn")
	printf "  %6d  in all, without the relocation table and padding\n", total
}
