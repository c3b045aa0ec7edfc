/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image_layers: see the header. */
#include "mkdcroot/root/image_layers.h"
#include "mkdcroot/base/cleanup.h"
#include "mkdcroot/base/json_file.h"
#include "mkdcroot/base/mem.h"

#include <string.h>
#include <sys/utsname.h>

/* An index can name an index. */
#define DEPTH_MAX 4

static bool is_hex(const char *text, size_t len)
{
	return len && strspn(text, "0123456789abcdef") >= len;
}

bool image_layers_is_member(const char *path)
{
	static const char *const names[] = { "/", "/manifest.json", "/index.json", "/oci-layout",
					     "/repositories" };
	size_t len = strcspn(path + 1, "/.");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(path, names[i]) == 0)
			return true;
	if (strcmp(path, "/blobs") == 0 || str_has_prefix(path, "/blobs/"))
		return true;
	/* <id>/layer.tar, <id>.json, <id>.tar of older ones. */
	return len == 64 && is_hex(path + 1, len);
}

static json_t *load(const char *name, image_layers_read *read, void *arg, struct error *err)
{
	cleanup_str struct str text = STR_INIT;
	json_error_t where;
	json_t *root;

	if (read(arg, name, &text, err))
		return NULL;
	root = json_loadb(str_text(&text), text.len, 0, &where);
	if (!root)
		error_say(err, -EINVAL, "%s:%d: %s", name, where.line, where.text);
	return root;
}

static int add_layer(struct strv *layers, const char *path, const char *name, struct error *err)
{
	if (!path || !*path || strstr(path, ".."))
		return error_say(err, -EINVAL, "%s names no layer where it should", name);
	strv_addf(layers, "/%s", path + strspn(path, "/"));
	return 0;
}

static int docker_layers(const json_t *root, const char *name, struct strv *layers,
			 struct error *err)
{
	const json_t *list = json_object_get(json_array_get(root, 0), "Layers");
	json_t *layer;
	size_t i;

	if (json_array_size(root) != 1)
		return error_say(err, -EINVAL, "%s has %zu images: save one alone", name,
				 json_array_size(root));
	json_array_foreach(list, i, layer)
	{
		int rc = add_layer(layers, json_string_value(layer), name, err);

		if (rc)
			return rc;
	}
	return 0;
}

/* "sha256:0123..." to "/blobs/sha256/0123...", to be freed; NULL for anything else. */
static char *blob_path(const json_t *descriptor)
{
	const char *digest = json_string_value(json_object_get(descriptor, "digest"));
	const char *colon = digest ? strchr(digest, ':') : NULL;

	if (!colon ||
	    strspn(digest, "abcdefghijklmnopqrstuvwxyz0123456789+._-") !=
		    (size_t)(colon - digest) ||
	    digest[0] == '.' || !is_hex(colon + 1, strlen(colon + 1)))
		return NULL;
	return mem_printf("/blobs/%.*s/%s", (int)(colon - digest), digest, colon + 1);
}

/* This machine's architecture as images call it. */
static const char *own_architecture(const struct utsname *u)
{
	static const struct {
		const char *machine, *name;
	} table[] = { { "x86_64", "amd64" },	{ "i686", "386" },	  { "aarch64", "arm64" },
		      { "ppc64le", "ppc64le" }, { "riscv64", "riscv64" }, { "s390x", "s390x" } };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(u->machine, table[i].machine) == 0)
			return table[i].name;
	return u->machine;
}

/* Of several the one for this machine's architecture; NULL when none can be chosen. */
static const json_t *choose(const json_t *manifests)
{
	struct utsname u = { 0 };
	const char *own;
	json_t *m;
	size_t i;

	uname(&u);
	own = own_architecture(&u);
	if (json_array_size(manifests) == 1)
		return json_array_get(manifests, 0);
	json_array_foreach(manifests, i, m)
	{
		const json_t *platform = json_object_get(m, "platform");
		const char *name = json_string_value(json_object_get(platform, "architecture"));

		if (name && strcmp(name, own) == 0)
			return m;
	}
	return NULL;
}

static int oci_layers(const json_t *root, const char *name, int depth, image_layers_read *read,
		      void *arg, struct strv *layers, struct error *err)
{
	const json_t *manifests = json_object_get(root, "manifests");
	const json_t *list = json_object_get(root, "layers");
	json_t *layer;
	size_t i;

	if (manifests) {
		const json_t *m = choose(manifests);
		cleanup_free char *path = blob_path(m);
		cleanup_json json_t *next = NULL;

		if (!path || depth == DEPTH_MAX)
			return error_say(err, -EINVAL,
					 "%s has no image, or several and none for this machine",
					 name);
		next = load(path, read, arg, err);
		return next ? oci_layers(next, path, depth + 1, read, arg, layers, err)
			    : err->status;
	}
	json_array_foreach(list, i, layer)
	{
		cleanup_free char *path = blob_path(layer);
		int rc = add_layer(layers, path, name, err);

		if (rc)
			return rc;
	}
	return 0;
}

int image_layers_find(const char *name, image_layers_read *read, void *arg, struct strv *layers,
		      struct error *err)
{
	cleanup_json json_t *root = load(name, read, arg, err);
	int rc;

	if (!root)
		return err->status;
	rc = json_is_array(root) ? docker_layers(root, name, layers, err)
				 : oci_layers(root, name, 0, read, arg, layers, err);
	if (!rc && !layers->n)
		rc = error_say(err, -EINVAL, "%s names no layers", name);
	return rc;
}
