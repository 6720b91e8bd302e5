// SPDX-License-Identifier: GPL-2.0-only
/*
 * More functions than klp.ko enables for fmod_ret in one boot (KLP_FMOD_RET_CAP):
 * OUTCOME_FMOD_RET_FULL, and none is enabled. All are `int (struct seq_file *, void *)`, are in
 * BTF, are traceable and have a unique name on 6.12 and 7.2. The bodies change nothing.
 */
#include "vmlinux.h"
#include "klp/klp.bpf.h"

KLP_PATCH("many", "1.0");
KLP_DESCRIPTION("210 functions: more than can be enabled for fmod_ret");
KLP_LICENSE("GPL");

#define KEEP(function) \
	KLP_FMOD_RET(int, function, struct seq_file *m, void *v) \
	{ \
		return klp_continue(); \
	}

KEEP(__bpf_array_map_seq_show) KEEP(aa_sfs_seq_show) KEEP(ac6_seq_show)
KEEP(acpi_system_wakeup_device_seq_show) KEEP(arp_seq_show) KEEP(bdi_debug_stats_show)
KEEP(blk_mq_debugfs_rq_show) KEEP(blk_mq_debugfs_show) KEEP(blkcg_print_stat)
KEEP(bpf_array_map_seq_show) KEEP(bpf_hash_map_seq_show) KEEP(bpf_iter_ksym_seq_show)
KEEP(bpf_iter_tcp_seq_show) KEEP(bpf_iter_udp_seq_show) KEEP(bpf_iter_unix_seq_show)
KEEP(bpf_link_seq_show) KEEP(bpf_map_seq_show) KEEP(bpf_prog_seq_show)
KEEP(bpf_sk_storage_map_seq_show) KEEP(c_show) KEEP(cgroup_controllers_show)
KEEP(cgroup_cpu_pressure_show) KEEP(cgroup_events_show) KEEP(cgroup_freeze_show)
KEEP(cgroup_io_pressure_show) KEEP(cgroup_iter_seq_show) KEEP(cgroup_max_depth_show)
KEEP(cgroup_max_descendants_show) KEEP(cgroup_memory_pressure_show) KEEP(cgroup_pidlist_show)
KEEP(cgroup_pressure_show) KEEP(cgroup_procs_show) KEEP(cgroup_release_agent_show)
KEEP(cgroup_sane_behavior_show) KEEP(cgroup_seqfile_show) KEEP(cgroup_stat_show)
KEEP(cgroup_subtree_control_show) KEEP(cgroup_type_show) KEEP(cgwb_debug_stats_show)
KEEP(check_wx_show) KEEP(children_seq_show) KEEP(cn_proc_show) KEEP(comm_show)
KEEP(component_devices_show) KEEP(cpu_cfs_local_stat_show) KEEP(cpu_cfs_stat_show)
KEEP(cpu_debug_show) KEEP(cpu_max_show) KEEP(cpu_stat_show) KEEP(cpuacct_all_seq_show)
KEEP(cpuacct_percpu_seq_show) KEEP(cpuacct_percpu_sys_seq_show) KEEP(cpuacct_percpu_user_seq_show)
KEEP(cpuacct_stats_show) KEEP(cpuset_common_seq_show) KEEP(debugfs_regset32_show)
KEEP(default_affinity_show) KEEP(deferred_devs_show) KEEP(dev_mc_seq_show) KEEP(dev_seq_show)
KEEP(devcgroup_seq_show) KEEP(devinfo_show) KEEP(diskstats_show) KEEP(dma_buf_debug_show)
KEEP(dom_debug_show) KEEP(em_debug_cost_show) KEEP(em_debug_cpus_show) KEEP(em_debug_flags_show)
KEEP(em_debug_frequency_show) KEEP(em_debug_inefficiency_show) KEEP(em_debug_performance_show)
KEEP(em_debug_power_show) KEEP(execdomains_proc_show) KEEP(ext4_fc_info_show)
KEEP(ext4_mb_seq_groups_show) KEEP(ext4_mb_seq_structs_summary_show)
KEEP(ext4_seq_es_shrinker_info_show) KEEP(ext4_seq_mb_stats_show) KEEP(ext4_seq_options_show)
KEEP(extfrag_show) KEEP(fb_seq_show) KEEP(fib_route_seq_show) KEEP(fib_trie_seq_show)
KEEP(fib_triestat_seq_show) KEEP(filesystems_proc_show) KEEP(frag_show) KEEP(freezer_read)
KEEP(gid_m_show) KEEP(hugetlb_cgroup_read_numa_stat) KEEP(hugetlb_cgroup_read_u64_max)
KEEP(hugetlb_events_local_show) KEEP(hugetlb_events_show) KEEP(if6_seq_show) KEEP(igmp6_mc_seq_show)
KEEP(igmp6_mcf_seq_show) KEEP(igmp_mc_seq_show) KEEP(igmp_mcf_seq_show)
KEEP(ima_ascii_measurements_show) KEEP(ima_measurements_show) KEEP(input_devices_seq_show)
KEEP(input_handlers_seq_show) KEEP(ioc_cost_model_show) KEEP(ioc_qos_show) KEEP(ioc_weight_show)
KEEP(ip6fl_seq_show) KEEP(ip6mr_vif_seq_show) KEEP(ipmr_vif_seq_show) KEEP(ipv6_route_seq_show)
KEEP(irq_affinity_hint_proc_show) KEEP(irq_affinity_list_proc_show) KEEP(irq_affinity_proc_show)
KEEP(irq_effective_aff_list_proc_show) KEEP(irq_effective_aff_proc_show) KEEP(irq_node_proc_show)
KEEP(irq_spurious_proc_show) KEEP(jbd2_seq_info_show) KEEP(kernfs_seq_show)
KEEP(kprobe_blacklist_seq_show) KEEP(locks_show) KEEP(lru_gen_seq_show) KEEP(map_seq_show)
KEEP(memory_events_local_show) KEEP(memory_events_show) KEEP(memory_high_show) KEEP(memory_low_show)
KEEP(memory_max_show) KEEP(memory_min_show) KEEP(memory_numa_stat_show) KEEP(memory_oom_group_show)
KEEP(memory_peak_show) KEEP(memory_stat_show) KEEP(memtype_seq_show) KEEP(misc_cg_capacity_show)
KEEP(misc_cg_current_show) KEEP(misc_cg_max_show) KEEP(misc_cg_peak_show)
KEEP(misc_events_local_show) KEEP(misc_events_show) KEEP(misc_seq_show) KEEP(mtrr_seq_show)
KEEP(neigh_stat_seq_show) KEEP(netlink_seq_show) KEEP(netstat_seq_show) KEEP(packet_seq_show)
KEEP(pagetypeinfo_show) KEEP(pids_events_local_show) KEEP(pids_events_show) KEEP(pids_max_show)
KEEP(ping_v4_seq_show) KEEP(ping_v6_seq_show) KEEP(port_debugfs_show) KEEP(proc_cgroupstats_show)
KEEP(proc_key_users_show) KEEP(proc_keys_show) KEEP(proc_setgroups_show) KEEP(proc_single_show)
KEEP(projid_m_show) KEEP(proto_seq_show) KEEP(psched_show) KEEP(psi_cpu_show) KEEP(psi_io_show)
KEEP(psi_memory_show) KEEP(pstore_ftrace_seq_show) KEEP(ptype_seq_show) KEEP(r_show)
KEEP(raw6_seq_show) KEEP(raw_seq_show) KEEP(rdmacg_resource_read) KEEP(rdtgroup_mondata_show)
KEEP(rdtgroup_seqfile_show) KEEP(read_priomap) KEEP(rt6_stats_seq_show) KEEP(rt_acct_proc_show)
KEEP(rt_cache_seq_show) KEEP(rt_cpu_seq_show) KEEP(rtc_proc_show) KEEP(sched_autogroup_show)
KEEP(sched_debug_show) KEEP(sched_dynamic_show) KEEP(sched_fair_server_period_show)
KEEP(sched_fair_server_runtime_show) KEEP(sched_feat_show) KEEP(sched_scaling_show) KEEP(sched_show)
KEEP(sd_flags_show) KEEP(sel_avc_stats_seq_show) KEEP(seq_ns_compress_max_show)
KEEP(seq_ns_compress_min_show) KEEP(seq_ns_level_show) KEEP(seq_ns_name_show)
KEEP(seq_ns_nsstacked_show) KEEP(seq_ns_stacked_show) KEEP(seq_profile_attach_show)
KEEP(seq_profile_hash_show) KEEP(seq_profile_mode_show) KEEP(seq_profile_name_show)
KEEP(seq_rawdata_abi_show) KEEP(seq_rawdata_compressed_size_show) KEEP(seq_rawdata_hash_show)
KEEP(seq_rawdata_revision_show) KEEP(seq_show_profile) KEEP(show_console_dev) KEEP(show_cpuinfo)
KEEP(show_device) KEEP(show_kprobe_addr) KEEP(show_map) KEEP(show_numa_map) KEEP(show_object)
KEEP(show_partition) KEEP(show_schedstat)
