import type { Place } from '../place.ts'

const notOnWindows = 'cannot be set for a windows pod'
const notOnLinux = 'windows options cannot be set for a linux pod'

/** Fields of a pod's and a container's security context that only Linux has, in the real server's order. */
const linuxFieldsOfPod = [
  'appArmorProfile',
  'seLinuxOptions',
  '$hostPID',
  '$hostIPC',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  '$shareProcessNamespace',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
] as const
const linuxFieldsOfContainer = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const

/** As validateOS, validateLinux and validateWindows in Kubernetes' core validation. */
export function validateOperatingSystem(spec: Place, containers: readonly Place[]): void {
  const os = spec.at('os')
  if (os === undefined) return
  switch (os.text('name')) {
    case '':
      os.required('name', 'cannot be empty')
      break
    case 'linux':
      for (const place of [spec, ...containers]) {
        if (!place.within('securityContext').has('windowsOptions')) continue
        place.forbidden('securityContext.windowsOptions', notOnLinux)
      }
      break
    case 'windows':
      validateWindows(spec, containers)
      break
    default:
      os.unsupported('', ['linux', 'windows'], os.text('name'))
  }
}

function validateWindows(spec: Place, containers: readonly Place[]): void {
  const context = spec.within('securityContext')
  for (const field of linuxFieldsOfPod) {
    // Those of the pod itself are marked.
    const own = field.startsWith('$') ? field.slice(1) : undefined
    if (own === undefined) {
      if (context.has(field)) context.forbidden(field, notOnWindows)
    } else if (own === 'shareProcessNamespace' ? spec.has(own) : spec.isTrue(own)) {
      spec.forbidden(own, notOnWindows)
    }
  }
  for (const container of containers) {
    const own = container.within('securityContext')
    for (const field of linuxFieldsOfContainer) {
      if (!own.has(field)) continue
      own.forbidden(field, notOnWindows)
      // The real server says it twice.
      if (field === 'capabilities') own.forbidden(field, notOnWindows)
    }
  }
}
