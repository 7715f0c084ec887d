import { GoSyntax } from '@fairlead/kube-core'

import type { Place } from '../place.ts'
import { validateAppArmorProfile, validateSeccompProfile } from './security-profiles.ts'
import { validateWindowsOptions } from './windows-options.ts'

const idMax = 2 ** 31 - 1
const sysctlLengthMax = 253
const sysctlSegment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const sysctlPattern = `^(${sysctlSegment}[\\./])*${sysctlSegment}$`
const sysctlName = new RegExp(sysctlPattern)

/** As ValidateSecurityContext in Kubernetes' core validation. */
export function validateSecurityContext(context: Place | undefined): void {
  if (context === undefined) return
  validateId(context, 'runAsUser')
  validateId(context, 'runAsGroup')
  context.oneOf('procMount', ['Default', 'Unmasked'])
  validateSeccompProfile(context.at('seccompProfile'))
  if (context.fields['allowPrivilegeEscalation'] === false) {
    const cannot = 'cannot set `allowPrivilegeEscalation` to false and'
    if (context.isTrue('privileged')) {
      context.invalid('', `${cannot} \`privileged\` to true`, goSecurityContext(context))
    }
    if (context.within('capabilities').texts('add').includes('CAP_SYS_ADMIN')) {
      const detail = `${cannot} \`capabilities.Add\` CAP_SYS_ADMIN`
      context.invalid('', detail, goSecurityContext(context))
    }
  }
  validateWindowsOptions(context.at('windowsOptions'))
  validateAppArmorProfile(context.at('appArmorProfile'))
}

/** As validatePodSpecSecurityContext in Kubernetes' core validation. */
export function validatePodSecurityContext(spec: Place): void {
  const context = spec.at('securityContext')
  if (context === undefined) return
  validateId(context, 'fsGroup')
  validateId(context, 'runAsUser')
  validateId(context, 'runAsGroup')
  for (const [index, group] of context.items('supplementalGroups').entries()) {
    if (typeof group === 'number' && group >= 0 && group <= idMax) continue
    context.invalid(`supplementalGroups[${index}]`, idRange, group)
  }
  if (spec.isTrue('shareProcessNamespace') && spec.isTrue('hostPID')) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled'
    context.invalid('shareProcessNamespace', detail, true)
  }
  validateSysctls(spec, context)
  context.oneOf('fsGroupChangePolicy', ['Always', 'OnRootMismatch'])
  validateSeccompProfile(context.at('seccompProfile'))
  validateWindowsOptions(context.at('windowsOptions'))
  validateAppArmorProfile(context.at('appArmorProfile'))
}

const idRange = `must be between 0 and ${idMax}, inclusive`

function validateId(context: Place, field: string): void {
  const id = context.optionalNumber(field)
  if (id !== undefined && (id < 0 || id > idMax)) context.invalid(field, idRange)
}

function validateSysctls(spec: Place, context: Place): void {
  const names = new Set<string>()
  for (const sysctl of context.each('sysctls')) {
    const name = sysctl.text('name')
    if (name === '') sysctl.required('name')
    else if (name.length > sysctlLengthMax || !sysctlName.test(name)) {
      const detail = `must have at most ${sysctlLengthMax} characters and match regex ${sysctlPattern}`
      sysctl.invalid('name', detail)
    } else if (names.has(name)) sysctl.duplicate('name')
    names.add(name)
    const namespace = sysctlNamespace(name)
    if (namespace === 'net' && spec.isTrue('hostNetwork')) {
      sysctl.invalid('name', "may not be specified when 'hostNetwork' is true", name)
    } else if (namespace === 'ipc' && spec.isTrue('hostIPC')) {
      sysctl.invalid('name', "may not be specified when 'hostIPC' is true", name)
    }
  }
}

/** As GetNamespace in Kubernetes' component helpers: which namespace of Linux a parameter is in. */
function sysctlNamespace(name: string): 'ipc' | 'net' | undefined {
  const separator = /[./]/.exec(name)?.[0]
  const dotted = separator === '/' ? name.replaceAll('/', '.') : name
  if (dotted.startsWith('net.')) return 'net'
  const isIpc = dotted === 'kernel.sem' || /^(?:kernel\.shm|kernel\.msg|fs\.mqueue\.)/.test(dotted)
  return isIpc ? 'ipc' : undefined
}

const goFields: readonly (readonly [name: string, field: string, type: string])[] = [
  ['Capabilities', 'capabilities', 'core.Capabilities'],
  ['Privileged', 'privileged', 'bool'],
  ['SELinuxOptions', 'seLinuxOptions', 'core.SELinuxOptions'],
  ['WindowsOptions', 'windowsOptions', 'core.WindowsSecurityContextOptions'],
  ['RunAsUser', 'runAsUser', 'int64'],
  ['RunAsGroup', 'runAsGroup', 'int64'],
  ['RunAsNonRoot', 'runAsNonRoot', 'bool'],
  ['ReadOnlyRootFilesystem', 'readOnlyRootFilesystem', 'bool'],
  ['AllowPrivilegeEscalation', 'allowPrivilegeEscalation', 'bool'],
  ['ProcMount', 'procMount', 'core.ProcMountType'],
  ['SeccompProfile', 'seccompProfile', 'core.SeccompProfile'],
  ['AppArmorProfile', 'appArmorProfile', 'core.AppArmorProfile'],
]

/** As `%#v` shows it: where its parts are in memory, which is nowhere here. */
function goSecurityContext(context: Place): GoSyntax {
  const fields = goFields.map(
    ([name, field, type]) => `${name}:(*${type})(${context.has(field) ? '0xc000000000' : 'nil'})`,
  )
  return new GoSyntax(`core.SecurityContext{${fields.join(', ')}}`)
}
