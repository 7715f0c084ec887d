import { goQuote } from '@fairlead/kube-core'

import {
  numberAt,
  optionalRecordAt,
  recordAt,
  recordsAt,
  textAt,
  textsAt,
  type Fields,
} from '../definitions/fields.ts'
import {
  allContainers,
  type Check,
  distinct,
  namedContainers,
  plural,
  quoted,
  securityContext,
  wrongSetters,
} from './check.ts'

const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/'

const appArmorProfile: Check = ({ spec, annotations }) => {
  const values: string[] = []
  let setters = wrongSetters(spec, (context) => {
    const profile = optionalRecordAt(context, 'appArmorProfile')
    const type = profile && textAt(profile, 'type')
    if (type === undefined || type === 'RuntimeDefault' || type === 'Localhost') return false
    values.push(type)
    return true
  })
  const forbidden = Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(appArmorAnnotation) && !isAllowedAnnotation(value))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .toSorted()
  if (forbidden.length > 0) {
    const named = plural('annotation', forbidden.length)
    setters = setters === '' ? named : `${setters} and ${named}`
  }
  if (setters === '') return undefined
  const bad = [...distinct(values), ...forbidden]
  return {
    reason: plural('forbidden AppArmor profile', bad.length),
    detail: `${setters} must not set AppArmor profile type to ${quoted(bad)}`,
  }
}

function isAllowedAnnotation(value: string): boolean {
  return value === '' || value === 'runtime/default' || value.startsWith('localhost/')
}

const usualCapabilities: ReadonlySet<string> = new Set(
  (
    'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID ' +
    'SETPCAP SETUID SYS_CHROOT'
  ).split(' '),
)

/** Part of `capabilitiesRestricted` from v1.22 on. */
export const capabilitiesBaseline: Check = ({ spec }) => {
  const unusual = (container: Fields): readonly string[] => {
    const capabilities = recordAt(securityContext(container) ?? {}, 'capabilities')
    return textsAt(capabilities, 'add').filter((each) => !usualCapabilities.has(each))
  }
  const bad = allContainers(spec).filter((container) => unusual(container).length > 0)
  if (bad.length === 0) return undefined
  const added = quoted(distinct(bad.flatMap(unusual)))
  return {
    reason: 'non-default capabilities',
    detail: `${namedContainers(bad)} must not include ${added} in securityContext.capabilities.add`,
  }
}

const hostNamespaces: Check = ({ spec }) => {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true)
  if (shared.length === 0) return undefined
  return { reason: 'host namespaces', detail: shared.map((each) => `${each}=true`).join(', ') }
}

/** Part of `restrictedVolumes`. */
export const hostPathVolumes: Check = ({ spec }) => {
  const volumes = recordsAt(spec, 'volumes').filter((volume) => volume['hostPath'] !== undefined)
  if (volumes.length === 0) return undefined
  const names = volumes.map((volume) => textAt(volume, 'name'))
  return {
    reason: 'hostPath volumes',
    detail: `${plural('volume', names.length)} ${quoted(names)}`,
  }
}

const hostPorts: Check = ({ spec }) => {
  const portsOf = (container: Fields): readonly number[] =>
    recordsAt(container, 'ports')
      .map((port) => numberAt(port, 'hostPort') ?? 0)
      .filter((port) => port !== 0)
  const bad = allContainers(spec).filter((container) => portsOf(container).length > 0)
  if (bad.length === 0) return undefined
  const ports = distinct(bad.flatMap(portsOf).map(String))
  const verb = bad.length === 1 ? 'uses' : 'use'
  return {
    reason: 'hostPort',
    detail: `${namedContainers(bad)} ${verb} ${plural('hostPort', ports.length)} ${ports.join(', ')}`,
  }
}

const privileged: Check = ({ spec }) => {
  const bad = allContainers(spec).filter((each) => securityContext(each)?.['privileged'] === true)
  if (bad.length === 0) return undefined
  return {
    reason: 'privileged',
    detail: `${namedContainers(bad)} must not set securityContext.privileged=true`,
  }
}

const procMount: Check = ({ spec }) => {
  const mountOf = (container: Fields): string =>
    textAt(securityContext(container) ?? {}, 'procMount') || 'Default'
  const bad = allContainers(spec).filter((each) => mountOf(each) !== 'Default')
  if (bad.length === 0) return undefined
  const mounts = quoted(distinct(bad.map(mountOf)))
  return {
    reason: 'procMount',
    detail: `${namedContainers(bad)} must not set securityContext.procMount to ${mounts}`,
  }
}

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t']

const seLinuxOptions: Check = ({ spec }, minor) => {
  const allowed = minor >= 31 ? [...seLinuxTypes, 'container_engine_t'] : seLinuxTypes
  const types: string[] = []
  const set = new Set<string>()
  const setters = wrongSetters(spec, (context) => {
    const options = recordAt(context, 'seLinuxOptions')
    const type = textAt(options, 'type')
    const forbidden = ['user', 'role'].filter((field) => textAt(options, field) !== '')
    for (const field of forbidden) set.add(field)
    if (!allowed.includes(type)) types.push(type)
    return !allowed.includes(type) || forbidden.length > 0
  })
  if (setters === '') return undefined
  const bad = distinct(types)
  const data = [
    ...(bad.length === 0 ? [] : [`${plural('type', bad.length)} ${quoted(bad)}`]),
    ...['user', 'role'].filter((field) => set.has(field)).map((field) => `${field} may not be set`),
  ]
  const detail = `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`
  return { reason: 'seLinuxOptions', detail }
}

/** Part of `seccompProfileRestricted`. */
export const seccompProfileBaseline: Check = ({ spec }) => {
  const types: string[] = []
  const setters = wrongSetters(spec, (context) => {
    const type = seccompType(context)
    if (type === undefined || isConfined(type)) return false
    types.push(type)
    return true
  })
  if (setters === '') return undefined
  const bad = quoted(distinct(types))
  return {
    reason: 'seccompProfile',
    detail: `${setters} must not set securityContext.seccompProfile.type to ${bad}`,
  }
}

/** The type of the seccomp profile; undefined without one. */
export function seccompType(context: Fields): string | undefined {
  const profile = optionalRecordAt(context, 'seccompProfile')
  return profile && textAt(profile, 'type')
}

function isConfined(type: string): boolean {
  return type === 'Localhost' || type === 'RuntimeDefault'
}

/** Safe ones, by the version since which they count as safe. */
const sysctlsByMinor: readonly (readonly [minor: number, names: readonly string[]])[] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
]

const sysctls: Check = ({ spec }, minor) => {
  const safe = sysctlsByMinor.flatMap(([since, names]) => (minor >= since ? names : []))
  const forbidden = recordsAt(securityContext(spec) ?? {}, 'sysctls')
    .map((each) => textAt(each, 'name'))
    .filter((name) => !safe.includes(name))
  if (forbidden.length === 0) return undefined
  return { reason: 'forbidden sysctls', detail: forbidden.join(', ') }
}

const windowsHostProcess: Check = ({ spec }) => {
  const setters = wrongSetters(spec, (context) => {
    return recordAt(context, 'windowsOptions')['hostProcess'] === true
  })
  if (setters === '') return undefined
  return {
    reason: 'hostProcess',
    detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true`,
  }
}

/** The checks of the level `baseline`, in the order of their names in Kubernetes. */
export const baselineChecks: readonly Check[] = [
  appArmorProfile,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  privileged,
  procMount,
  seLinuxOptions,
  seccompProfileBaseline,
  sysctls,
  windowsHostProcess,
]
