# SPDX-License-Identifier: GPL-2.0-or-later
# Man pages (two of them filled in from the program's own tables), bash completion, and what make install does.

MAN_MADE := $(B)/man/mkdcroot.8 $(B)/man/mkdcroot.conf.5
MAN_PLAIN := $(wildcard man/*.[158])
ALL_TARGETS += $(MAN_MADE) $(B)/completion/mkdcroot

$(B)/man/mkdcroot.8: man/mkdcroot.8.in $(B)/bin/mkdcroot
	@mkdir -p $(@D)
	$(B)/bin/mkdcroot --man-commands > $@.part
	sed -e 's/@VERSION@/$(VERSION)/' -e '/^@COMMANDS@$$/{r $@.part' -e 'd}' $< > $@.new
	rm $@.part; mv $@.new $@

$(B)/man/mkdcroot.conf.5: man/mkdcroot.conf.5.in $(B)/bin/mkdcroot
	@mkdir -p $(@D)
	$(B)/bin/mkdcroot --man-settings > $@.part
	sed -e 's/@VERSION@/$(VERSION)/' -e '/^@SETTINGS@$$/{r $@.part' -e 'd}' $< > $@.new
	rm $@.part; mv $@.new $@

$(B)/completion/mkdcroot: $(B)/bin/mkdcroot
	@mkdir -p $(@D)
	$< --completion > $@.new && mv $@.new $@

INSTALL_STEPS += install-mkdcroot
.PHONY: install-mkdcroot
install-mkdcroot:
	install -d $(DESTDIR)$(sbindir) $(DESTDIR)$(datadir) $(DESTDIR)$(mandir)/man1 $(DESTDIR)$(mandir)/man5 \
		$(DESTDIR)$(mandir)/man8 $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(B)/bin/mkdcroot $(DESTDIR)$(sbindir)/mkdcroot
	cp -r --no-preserve=ownership share/profiles share/initramfs kernel-config/nics $(DESTDIR)$(datadir)/
	install -m 644 $(B)/completion/mkdcroot $(DESTDIR)$(PREFIX)/share/bash-completion/completions/mkdcroot
	for page in $(MAN_MADE) $(MAN_PLAIN); do \
		install -m 644 $$page $(DESTDIR)$(mandir)/man$${page##*.}/; done

# Nothing is enabled by it: "systemctl enable mkdcroot-mount" is the administrator's decision.
UNITS_MADE := $(patsubst share/systemd/%.in,$(B)/systemd/%,$(wildcard share/systemd/*.service.in))
ALL_TARGETS += $(UNITS_MADE)

# Made again when PREFIX is another one.
$(B)/systemd/%.service: share/systemd/%.service.in FORCE
	@mkdir -p $(@D)
	@sed 's|@sbindir@|$(sbindir)|' $< > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
.PHONY: FORCE
FORCE:

INSTALL_STEPS += install-units
.PHONY: install-units
install-units:
	install -d $(DESTDIR)$(unitdir)/tftpboot-.mount.d $(DESTDIR)$(unitdir)/var-lib-mkdcroot-layers-.mount.d
	install -m 644 $(UNITS_MADE) $(DESTDIR)$(unitdir)/
	install -m 644 share/systemd/mount-order.conf $(DESTDIR)$(unitdir)/tftpboot-.mount.d/mkdcroot.conf
	install -m 644 share/systemd/mount-order.conf $(DESTDIR)$(unitdir)/var-lib-mkdcroot-layers-.mount.d/mkdcroot.conf
