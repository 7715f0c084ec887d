import {
  numberAt,
  recordAt,
  recordsAt,
  textAt,
  textsAt,
  type Fields,
} from '../definitions/fields.ts'
import {
  baselineChecks,
  capabilitiesBaseline,
  hostPathVolumes,
  seccompProfileBaseline,
  seccompType,
} from './baseline.ts'
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

/** Since v1.25 pods for Windows need not say what Windows does not have. */
function isOfWindows(spec: Fields, minor: number): boolean {
  return minor >= 25 && textAt(recordAt(spec, 'os'), 'name') === 'windows'
}

const allowPrivilegeEscalation: Check = ({ spec }, minor) => {
  if (isOfWindows(spec, minor)) return undefined
  const bad = allContainers(spec).filter((container) => {
    return securityContext(container)?.['allowPrivilegeEscalation'] !== false
  })
  if (bad.length === 0) return undefined
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${namedContainers(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  }
}

const capabilitiesRestricted: Check = (pod, minor) => {
  const { spec } = pod
  if (minor < 22) return capabilitiesBaseline(pod, minor)
  if (isOfWindows(spec, minor)) return undefined
  const capabilities = (container: Fields): Fields =>
    recordAt(securityContext(container) ?? {}, 'capabilities')
  const forbidden = (container: Fields): readonly string[] =>
    textsAt(capabilities(container), 'add').filter((each) => each !== 'NET_BIND_SERVICE')
  const containers = allContainers(spec)
  const keeping = containers.filter((each) => !textsAt(capabilities(each), 'drop').includes('ALL'))
  const adding = containers.filter((each) => forbidden(each).length > 0)
  const details: string[] = []
  if (keeping.length > 0) {
    details.push(`${namedContainers(keeping)} must set securityContext.capabilities.drop=["ALL"]`)
  }
  if (adding.length > 0) {
    const added = quoted(distinct(adding.flatMap(forbidden)))
    details.push(
      `${namedContainers(adding)} must not include ${added} in securityContext.capabilities.add`,
    )
  }
  if (details.length === 0) return undefined
  return { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

const safeVolumes =
  'configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret'.split(' ')
const otherVolumes = (
  'hostPath gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume ' +
  'cinder cephfs flocker fc azureFile vsphereVolume quobyte azureDisk photonPersistentDisk ' +
  'portworxVolume scaleIO storageos'
).split(' ')

const restrictedVolumes: Check = ({ spec }) => {
  const has = (volume: Fields) => (type: string) => volume[type] !== undefined
  const bad = recordsAt(spec, 'volumes').filter((volume) => !safeVolumes.some(has(volume)))
  if (bad.length === 0) return undefined
  const types = distinct(bad.map((volume) => otherVolumes.find(has(volume)) ?? 'unknown'))
  const names = quoted(bad.map((volume) => textAt(volume, 'name')))
  const verb = bad.length === 1 ? 'uses' : 'use'
  return {
    reason: 'restricted volume types',
    detail: `${plural('volume', bad.length)} ${names} ${verb} ${plural('restricted volume type', types.length)} ${quoted(types)}`,
  }
}

const runAsNonRoot: Check = ({ spec }) => {
  const reason = 'runAsNonRoot != true'
  const said = (of: Fields): unknown => securityContext(of)?.['runAsNonRoot']
  const setters = wrongSetters(spec, (context) => context['runAsNonRoot'] === false)
  if (setters !== '') {
    return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` }
  }
  if (said(spec) === true) return undefined
  const silent = allContainers(spec).filter((container) => said(container) !== true)
  if (silent.length === 0) return undefined
  const detail = `pod or ${namedContainers(silent)} must set securityContext.runAsNonRoot=true`
  return { reason, detail }
}

const runAsUser: Check = ({ spec }, minor) => {
  if (minor < 23) return undefined
  const setters = wrongSetters(spec, (context) => numberAt(context, 'runAsUser') === 0)
  if (setters === '') return undefined
  return { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` }
}

const seccompProfileRestricted: Check = (pod, minor) => {
  const { spec } = pod
  if (isOfWindows(spec, minor)) return undefined
  const wrong = seccompProfileBaseline(pod, minor)
  if (wrong !== undefined) return wrong
  const said = (of: Fields): boolean => seccompType(securityContext(of) ?? {}) !== undefined
  if (said(spec)) return undefined
  const silent = allContainers(spec).filter((container) => !said(container))
  if (silent.length === 0) return undefined
  return {
    reason: 'seccompProfile',
    detail: `pod or ${namedContainers(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  }
}

/** Checks of `baseline` in place of which `restricted` has stricter ones. */
const replaced: readonly Check[] = [capabilitiesBaseline, hostPathVolumes, seccompProfileBaseline]

/** The checks of the level `restricted`: those of `baseline` first. */
export const restrictedChecks: readonly Check[] = [
  ...baselineChecks.filter((check) => !replaced.includes(check)),
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompProfileRestricted,
]
