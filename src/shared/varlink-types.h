/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of io.klpd.Manager, and short names for the macros that define an interface. Only for
 * the files that define it.
 */
#ifndef KLPD_SHARED_VARLINK_TYPES_H
#define KLPD_SHARED_VARLINK_TYPES_H

#include <systemd/sd-varlink-idl.h>

#define C(text) SD_VARLINK_FIELD_COMMENT(text)
#define S(text) SD_VARLINK_SYMBOL_COMMENT(text)
#define VALUE(name, text) C(text), SD_VARLINK_DEFINE_ENUM_VALUE(name)
#define STRING(name, flags) SD_VARLINK_DEFINE_FIELD(name, SD_VARLINK_STRING, flags)
#define INT(name, flags) SD_VARLINK_DEFINE_FIELD(name, SD_VARLINK_INT, flags)
#define BOOL(name, flags) SD_VARLINK_DEFINE_FIELD(name, SD_VARLINK_BOOL, flags)
#define TYPE(name, type, flags) SD_VARLINK_DEFINE_FIELD_BY_TYPE(name, type, flags)
#define IN(name, type, flags) SD_VARLINK_DEFINE_INPUT(name, SD_VARLINK_##type, flags)
#define OUT(name, type, flags) SD_VARLINK_DEFINE_OUTPUT(name, SD_VARLINK_##type, flags)
#define OUT_TYPE(name, type, flags) SD_VARLINK_DEFINE_OUTPUT_BY_TYPE(name, type, flags)
#define NULLABLE SD_VARLINK_NULLABLE
#define ARRAY SD_VARLINK_ARRAY

extern const sd_varlink_symbol vl_type_Consistency;
extern const sd_varlink_symbol vl_type_PatchState;
extern const sd_varlink_symbol vl_type_Body;
extern const sd_varlink_symbol vl_type_Phase;
extern const sd_varlink_symbol vl_type_CallbackWhen;
extern const sd_varlink_symbol vl_type_Change;
extern const sd_varlink_symbol vl_type_MonitorEvent;
extern const sd_varlink_symbol vl_type_Effect;
extern const sd_varlink_symbol vl_type_WarningKind;
extern const sd_varlink_symbol vl_type_Warning;
extern const sd_varlink_symbol vl_type_Function;
extern const sd_varlink_symbol vl_type_State;
extern const sd_varlink_symbol vl_type_Callback;
extern const sd_varlink_symbol vl_type_StructOps;
extern const sd_varlink_symbol vl_type_Object;
extern const sd_varlink_symbol vl_type_FunctionState;
extern const sd_varlink_symbol vl_type_Patch;
extern const sd_varlink_symbol vl_type_Transition;
extern const sd_varlink_symbol vl_type_RunningCallback;
extern const sd_varlink_symbol vl_type_Companion;
extern const sd_varlink_symbol vl_type_PreviousEntry;
extern const sd_varlink_symbol vl_type_ListEntry;
extern const sd_varlink_symbol vl_type_RepairKind;
extern const sd_varlink_symbol vl_type_RepairAction;
extern const sd_varlink_symbol vl_type_TaskKind;
extern const sd_varlink_symbol vl_type_Blocker;
extern const sd_varlink_symbol vl_type_Problem;
extern const sd_varlink_symbol vl_type_Returns;
extern const sd_varlink_symbol vl_type_FmodRet;
extern const sd_varlink_symbol vl_type_LoadTest;
extern const sd_varlink_symbol vl_type_Verdict;
extern const sd_varlink_symbol vl_type_Recommendation;
extern const sd_varlink_symbol vl_type_CheckedFunction;

#endif
