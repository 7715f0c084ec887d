import { checkDnsLabel, checkDnsSubdomain, goStrings } from '@fairlead/kube-core'

import type { Place } from '../place.ts'
import { validateNoBacksteps, validateRelativePath } from '../relative-path.ts'
import { validateDownwardApi, validateFileMode, validateKeyToPath } from './volume-files.ts'
import { validateProjectedVolume } from './projected-volume.ts'
import { validateIscsi } from './iscsi.ts'
import { validateAzureDisk } from './azure-disk.ts'

/** A source of which these fields must not be empty. */
function requiring(...fields: readonly string[]): (source: Place) => void {
  return (source) => {
    for (const field of fields) source.requireText(field)
  }
}

function requiringItems(field: string, ...fields: readonly string[]): (source: Place) => void {
  return (source) => {
    if (source.items(field).length === 0) source.required(field)
    requiring(...fields)(source)
  }
}

function partitioned(field: string): (source: Place) => void {
  return (source) => {
    source.requireText(field)
    const partition = source.number('partition')
    if (partition < 0 || partition > 255) {
      source.invalid('partition', 'must be between 1 and 255, inclusive')
    }
  }
}

/**
 * The types of volumes in the order in which the real server looks at them, with the path under
 * which it reports each where that differs, and what is wrong with one: as validateVolumeSource in
 * Kubernetes' core validation.
 */
export const volumeSources: readonly {
  readonly field: string
  readonly path?: string
  readonly pathOfSecond?: string
  readonly validate: (source: Place) => void
}[] = [
  { field: 'emptyDir', validate: () => undefined },
  { field: 'hostPath', validate: validateHostPath },
  { field: 'gitRepo', validate: validateGitRepo },
  { field: 'gcePersistentDisk', path: 'persistentDisk', validate: partitioned('pdName') },
  { field: 'awsElasticBlockStore', validate: partitioned('volumeID') },
  { field: 'secret', validate: (source) => validateKeys(source, 'secretName') },
  { field: 'nfs', validate: validateNfs },
  { field: 'iscsi', validate: validateIscsi },
  { field: 'glusterfs', validate: requiring('endpoints', 'path') },
  { field: 'flocker', validate: validateFlocker },
  { field: 'persistentVolumeClaim', validate: requiring('claimName') },
  { field: 'rbd', validate: requiringItems('monitors', 'image') },
  { field: 'cinder', validate: validateCinder },
  { field: 'cephfs', pathOfSecond: 'cephFS', validate: requiringItems('monitors') },
  { field: 'quobyte', validate: validateQuobyte },
  { field: 'downwardAPI', pathOfSecond: 'downwarAPI', validate: validateDownwardApi },
  { field: 'fc', validate: validateFibreChannel },
  { field: 'flexVolume', validate: validateFlexVolume },
  { field: 'configMap', validate: (source) => validateKeys(source, 'name') },
  { field: 'azureFile', validate: requiring('secretName', 'shareName') },
  { field: 'vsphereVolume', validate: requiring('volumePath') },
  { field: 'photonPersistentDisk', validate: requiring('pdID') },
  { field: 'portworxVolume', validate: requiring('volumeID') },
  { field: 'azureDisk', validate: validateAzureDisk },
  { field: 'storageos', validate: validateStorageOs },
  { field: 'projected', validate: validateProjectedVolume },
  { field: 'scaleIO', validate: requiring('gateway', 'system', 'volumeName') },
  { field: 'csi', validate: validateCsi },
]

function validateHostPath(source: Place): void {
  if (!source.requireText('path')) return
  validateNoBacksteps(source, 'path', source.text('path'))
  source.oneOf('type', [
    '',
    'BlockDevice',
    'CharDevice',
    'Directory',
    'DirectoryOrCreate',
    'File',
    'FileOrCreate',
    'Socket',
  ])
}

function validateGitRepo(source: Place): void {
  source.requireText('repository')
  validateRelativePath(source, 'directory', source.text('directory'))
}

function validateKeys(source: Place, name: string): void {
  source.requireText(name)
  validateFileMode(source, 'defaultMode')
  for (const item of source.each('items')) validateKeyToPath(item)
}

function validateNfs(source: Place): void {
  source.requireText('server')
  source.requireText('path')
  if (!source.text('path').startsWith('/')) {
    source.invalid('path', 'must be an absolute path')
  }
}

function validateFlocker(source: Place): void {
  const name = source.text('datasetName')
  const uuid = source.text('datasetUUID')
  if (name === '' && uuid === '') {
    source.required('', 'one of datasetName and datasetUUID is required')
  }
  if (name !== '' && uuid !== '') {
    const detail = 'datasetName and datasetUUID can not be specified simultaneously'
    source.invalid('', detail, 'resource')
  }
  if (name.includes('/')) source.invalid('datasetName', "must not contain '/'")
}

function validateCinder(source: Place): void {
  source.requireText('volumeID')
  source.at('secretRef')?.requireText('name')
}

function validateQuobyte(source: Place): void {
  const registry = source.text('registry')
  const detail = 'must be a host:port pair or multiple pairs separated by commas'
  if (registry === '') source.required('registry', detail)
  else if (source.text('tenant').length >= 65) {
    const tooLong = 'must be a UUID and may not exceed a length of 64 characters'
    source.required('tenant', tooLong)
  } else if (registry.split(',').some((pair) => !isHostAndPort(pair))) {
    source.invalid('registry', detail)
  }
  source.requireText('volume')
}

function isHostAndPort(text: string): boolean {
  return /^(?:[^:[\]]*|\[[^[\]]*\]):[^:[\]]*$/.test(text)
}

function validateFibreChannel(source: Place): void {
  const names = source.items('targetWWNs')
  const identifiers = source.items('wwids')
  if (names.length === 0 && identifiers.length === 0) {
    source.required('targetWWNs', 'must specify either targetWWNs or wwids, but not both')
  }
  if (names.length > 0 && identifiers.length > 0) {
    const detail = 'targetWWNs and wwids can not be specified simultaneously'
    source.invalid('targetWWNs', detail, goStrings(source.texts('targetWWNs')))
  }
  if (names.length === 0) return
  const lun = source.optionalNumber('lun')
  if (lun === undefined) {
    source.required('lun', 'lun is required if targetWWNs is specified')
  } else if (lun < 0 || lun > 255) source.invalid('lun', 'must be between 0 and 255, inclusive')
}

function validateFlexVolume(source: Place): void {
  source.requireText('driver')
  for (const key of Object.keys(source.textMap('options'))) {
    const namespace = `.${key.split('/', 1)[0]?.toLowerCase()}`
    if (!namespace.endsWith('.kubernetes.io') && !namespace.endsWith('.k8s.io')) continue
    const detail = 'kubernetes.io and k8s.io namespaces are reserved'
    source.invalid(`options[${key}]`, detail, key)
  }
}

function validateStorageOs(source: Place): void {
  if (source.requireText('volumeName')) {
    source.problems('volumeName', checkDnsLabel(source.text('volumeName')))
  }
  if (source.text('volumeNamespace') !== '') {
    source.problems('volumeNamespace', checkDnsLabel(source.text('volumeNamespace')))
  }
  source.at('secretRef')?.requireText('name')
}

function validateCsi(source: Place): void {
  const driver = source.text('driver')
  source.requireText('driver')
  if (Buffer.byteLength(driver) > 63) {
    const detail = 'may not be more than 63 bytes'
    source.found.push({ type: 'TooLong', field: source.pathOf('driver'), detail })
  }
  source.problems('driver', checkDnsSubdomain(driver.toLowerCase()), driver)
  const reference = source.at('nodePublishSecretRef')
  if (reference?.requireText('name') !== true) return
  const name = reference.text('name')
  source.problems('name', checkDnsSubdomain(name), name)
}
