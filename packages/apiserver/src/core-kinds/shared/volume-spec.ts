import { checkDnsLabel, checkDnsSubdomain, goQuote, GoSyntax } from '@fairlead/kube-core'

import { validateNodeSelector } from './node-selector.ts'
import { Place } from './place.ts'
import { volumeSources } from './pod/volume-sources.ts'
import { goQuantity, quantityAt } from './quantities.ts'
import { validateNoBacksteps } from './relative-path.ts'

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const onlyOne = 'may not specify more than 1 volume type'
const driverBytesMax = 63

/** In the order in which the real server looks at them. */
export const persistentVolumeSources = (
  'hostPath gcePersistentDisk awsElasticBlockStore glusterfs flocker nfs rbd quobyte cephfs iscsi ' +
  'cinder fc flexVolume azureFile vsphereVolume photonPersistentDisk portworxVolume azureDisk ' +
  'scaleIO local storageos csi'
).split(' ')

/**
 * As ValidatePersistentVolumeSpec in Kubernetes' core validation.
 * @param inline for a volume that stands in a VolumeAttachment
 */
export function validatePersistentVolumeSpec(spec: Place, { inline = false } = {}): void {
  if (inline) refuseInline(spec)
  validateAccessModes(spec)
  if (!inline) validateCapacity(spec)
  validateReclaimPolicy(spec, inline)
  const affinity = spec.at('nodeAffinity')
  if (affinity !== undefined && inline) refuse(spec, 'nodeAffinity')
  else if (affinity !== undefined) validateNodeAffinity(affinity)
  validateSources(spec, affinity !== undefined && !inline)
  if (spec.text('storageClassName') !== '') {
    if (inline) refuse(spec, 'storageClassName')
    else spec.problems('storageClassName', checkDnsSubdomain(spec.text('storageClassName')))
  }
  if (!inline) spec.oneOf('volumeMode', ['Block', 'Filesystem'])
  else if (spec.has('volumeMode') && spec.text('volumeMode') !== 'Filesystem') {
    const detail =
      'may not specify volumeMode other than Filesystem in the context of inline volumes'
    spec.forbidden('volumeMode', detail)
  }
}

function refuse(spec: Place, field: string): void {
  spec.forbidden(field, 'may not be specified in the context of inline volumes')
}

function refuseInline(spec: Place): void {
  if (spec.has('claimRef')) refuse(spec, 'claimRef')
  if (Object.keys(spec.textMap('capacity')).length > 0) refuse(spec, 'capacity')
  if (!spec.has('csi')) {
    spec.required('csi', 'has to be specified in the context of inline volumes')
  }
}

function validateAccessModes(spec: Place): void {
  const modes = spec.texts('accessModes')
  if (modes.length === 0) spec.required('accessModes')
  for (const mode of modes) {
    if (!accessModes.includes(mode)) spec.unsupported('accessModes', accessModes, mode)
  }
  const onePod = 'ReadWriteOncePod'
  const hasOther = modes.some((mode) => mode !== onePod && accessModes.includes(mode))
  if (!modes.includes(onePod) || !hasOther) return
  spec.forbidden('accessModes', 'may not use ReadWriteOncePod with other access modes')
}

function validateCapacity(spec: Place): void {
  const capacity = spec.within('capacity')
  const names = Object.keys(capacity.fields).toSorted()
  if (names.length === 0) spec.required('capacity')
  if (!capacity.has('storage') || names.length > 1) {
    spec.unsupported('capacity', ['storage'], goResourceList(spec, capacity, names))
  }
  for (const name of names) {
    const quantity = quantityAt(capacity, name)
    if (quantity === undefined) continue
    if (quantity.nano < 0n) {
      const value = Number(quantity.nano / 10n ** 9n)
      capacity.invalid(`[${name}]`, 'must be a valid resource quantity', value)
    }
    if (quantity.nano <= 0n) {
      capacity.invalid(`[${name}]`, 'must be greater than zero', capacity.fields[name])
    }
  }
}

function goResourceList(spec: Place, capacity: Place, names: readonly string[]): GoSyntax {
  if (!spec.has('capacity')) return new GoSyntax('core.ResourceList(nil)')
  const entries = names.map((name) => {
    const quantity = quantityAt(capacity, name)
    const shown = quantity === undefined ? '' : goQuantity(quantity, capacity.text(name)).text
    return `${goQuote(name)}:${shown}`
  })
  return new GoSyntax(`core.ResourceList{${entries.join(', ')}}`)
}

function validateReclaimPolicy(spec: Place, inline: boolean): void {
  const field = 'persistentVolumeReclaimPolicy'
  const policy = spec.text(field)
  if (policy === '') return
  if (!inline) spec.oneOf(field, ['Delete', 'Recycle', 'Retain'])
  else if (policy !== 'Retain') {
    spec.forbidden(field, 'may only be Retain in the context of inline volumes')
  }
}

function validateNodeAffinity(affinity: Place): void {
  const required = affinity.at('required')
  if (required === undefined) {
    affinity.required('required', 'must specify required node constraints')
  } else validateNodeSelector(required, { mayHaveInvalidValues: true })
}

function validateSources(spec: Place, hasAffinity: boolean): void {
  let count = 0
  for (const field of persistentVolumeSources) {
    const source = spec.at(field)
    if (source === undefined) continue
    count += 1
    const second = field === 'cephfs' ? 'cephFS' : field
    if (count > 1 && field !== 'flexVolume') spec.forbidden(second, onlyOne)
    else validateSource(spec, field, source, hasAffinity)
  }
  if (count === 0) spec.required('', 'must specify a volume type')
  const path = spec.within('hostPath').text('path')
  const isRoot = path.startsWith('/') && /^(?:\/|\/\.)+$/.test(path)
  if (isRoot && spec.text('persistentVolumeReclaimPolicy') === 'Recycle') {
    const detail = "may not be 'recycle' for a hostPath mount of '/'"
    spec.forbidden('persistentVolumeReclaimPolicy', detail)
  }
}

function validateSource(spec: Place, field: string, source: Place, hasAffinity: boolean): void {
  switch (field) {
    case 'csi':
      validateCsi(source)
      return
    case 'local':
      if (source.requireText('path')) validateNoBacksteps(source, 'path', source.text('path'))
      if (!hasAffinity) spec.required('nodeAffinity', 'Local volume requires node affinity')
      return
    case 'azureFile':
      source.requireText('secretName')
      source.requireText('shareName')
      if (source.has('secretNamespace') && source.text('secretNamespace') === '') {
        source.invalid('secretNamespace', 'must not be an empty string if provided', '')
      }
      return
    case 'storageos':
      validateStorageOs(source)
      return
    case 'glusterfs':
      source.requireText('endpoints')
      source.requireText('path')
      if (source.has('endpointsNamespace')) {
        const namespace = source.text('endpointsNamespace')
        source.problems('endpointsNamespace', checkDnsLabel(namespace))
      }
      return
    default: {
      const usual = volumeSources.find((each) => each.field === field)
      usual?.validate(new Place(source.fields, spec.pathOf(usual.path ?? field), spec.found))
    }
  }
}

function validateStorageOs(source: Place): void {
  if (source.requireText('volumeName')) {
    source.problems('volumeName', checkDnsLabel(source.text('volumeName')))
  }
  if (source.text('volumeNamespace') !== '') {
    source.problems('volumeNamespace', checkDnsLabel(source.text('volumeNamespace')))
  }
  const secret = source.at('secretRef')
  secret?.requireText('name')
  secret?.requireText('namespace')
}

function validateCsi(source: Place): void {
  validateDriverName(source, 'driver')
  source.requireText('volumeHandle')
  for (const field of [
    'controllerPublishSecretRef',
    'controllerExpandSecretRef',
    'nodePublishSecretRef',
    'nodeExpandSecretRef',
  ]) {
    const secret = source.at(field)
    if (secret === undefined) continue
    if (secret.requireText('name')) secret.problems('name', checkDnsSubdomain(secret.text('name')))
    if (secret.requireText('namespace')) {
      secret.problems('namespace', checkDnsLabel(secret.text('namespace')))
    }
  }
}

/** As ValidateCSIDriverName in Kubernetes' core validation. */
export function validateDriverName(at: Place, field: string): void {
  const name = at.text(field)
  at.requireText(field)
  if (Buffer.byteLength(name) > driverBytesMax) at.tooLong(field, driverBytesMax)
  at.problems(field, checkDnsSubdomain(name.toLowerCase()), name)
}
