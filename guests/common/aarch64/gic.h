// The interrupt controller, GICv2 or GICv3, as far as they are alike. Which one it is, the CPU says: whether it has the system
// registers of a GICv3's CPU interface.
#pragma once

#include "guest.h"

enum { kGicdCtlr = 0x000, kGicdTyper = 0x004, kGicdGroup = 0x080, kGicdEnable = 0x100, kGicdDisable = 0x180 };
enum { kGicdSetPending = 0x200, kGicdClearPending = 0x280, kGicdSetActive = 0x300, kGicdClearActive = 0x380 };
enum { kGicdPriority = 0x400, kGicdTargets = 0x800, kGicdConfig = 0xc00, kGicdSgi = 0xf00, kGicdRouter = 0x6000 };
enum { kGiccCtlr = 0x00, kGiccPmr = 0x04, kGiccBpr = 0x08, kGiccIar = 0x0c, kGiccEoir = 0x10, kGiccRpr = 0x14, kGiccHppir = 0x18 };
enum { kGiccDir = 0x1000 };
enum { kSpurious = 1023 };

bool gic_is_v3(void);
void gic_init(void);          // distributor and this CPU's interface on, all priorities let through, one group
void gic_init_cpu(void);      // this CPU's part alone, for those that are started later
word gic_private(int cpu);    // where the registers of SGIs and PPIs are for a CPU (they are banked on GICv2)
word gic_bank(unsigned intid);   // the same for any interrupt, for this CPU
void gic_enable(unsigned intid, bool on);
void gic_priority(unsigned intid, uint8_t priority);
void gic_edge(unsigned intid, bool edge);
void gic_pend(unsigned intid, bool pending);
bool gic_is_pending(unsigned intid);
bool gic_is_active(unsigned intid);
unsigned gic_acknowledge(void); // the number alone (GICv2 has an SGI's sender above it)
unsigned gic_acknowledge_raw(void);
void gic_end(unsigned acknowledged);
void gic_deactivate(unsigned acknowledged);
void gic_mask(uint8_t priority);
uint8_t gic_mask_now(void);
uint8_t gic_running(void);
unsigned gic_highest(void);
void gic_split_end(bool split); // whether the end of an interrupt leaves it active until it is deactivated
void gic_send(unsigned sgi, unsigned cpus); // one bit a CPU
void gic_send_others(unsigned sgi);
