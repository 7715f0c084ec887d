import type { Place } from '../place.ts'
import { hasBacksteps, validateRelativePath } from '../relative-path.ts'

/** The volumes of a pod that are valid, by name. */
export type Volumes = ReadonlyMap<string, Place>

/** As ValidateVolumeMounts in Kubernetes' core validation. */
export function validateVolumeMounts(container: Place, volumes: Volumes): void {
  const paths = new Set<string>()
  const deviceNames = valuesOf(container, 'volumeDevices', 'name')
  const devicePaths = valuesOf(container, 'volumeDevices', 'devicePath')
  // In the real server what concerns several fields is said of the list.
  const list = 'volumeMounts'
  for (const mount of container.each(list)) {
    const name = mount.text('name')
    const path = mount.text('mountPath')
    mount.requireText('name')
    if (!volumes.has(name)) mount.notFound('name', name)
    mount.requireText('mountPath')
    if (paths.has(path)) mount.invalid('mountPath', 'must be unique', path)
    paths.add(path)
    if (deviceNames.has(name)) {
      mount.invalid('name', 'must not already exist in volumeDevices', name)
    }
    if (devicePaths.has(path)) {
      mount.invalid('mountPath', 'must not already exist as a path in volumeDevices', path)
    }
    validateSubPaths(container, mount)
    validatePropagation(container, mount)
    validateRecursiveReadOnly(container, mount)
  }
}

function valuesOf(container: Place, list: string, field: string): ReadonlySet<string> {
  return new Set(container.each(list).map((each) => each.text(field)))
}

function validateSubPaths(container: Place, mount: Place): void {
  const subPath = mount.text('subPath')
  const expression = mount.text('subPathExpr')
  if (subPath !== '') validateRelativePath(container, 'volumeMounts.subPath', subPath)
  if (expression === '') return
  if (subPath !== '') {
    mount.invalid('subPathExpr', 'subPathExpr and subPath are mutually exclusive')
  }
  validateRelativePath(container, 'volumeMounts.subPathExpr', expression)
}

function validatePropagation(container: Place, mount: Place): void {
  if (!mount.has('mountPropagation')) return
  const mode = mount.text('mountPropagation')
  const field = 'volumeMounts.mountPropagation'
  const modes = ['Bidirectional', 'HostToContainer', 'None']
  if (!modes.includes(mode)) container.unsupported(field, modes, mode)
  if (mode === 'Bidirectional' && !container.within('securityContext').isTrue('privileged')) {
    const detail = 'Bidirectional mount propagation is available only to privileged containers'
    container.forbidden(field, detail)
  }
}

function validateRecursiveReadOnly(container: Place, mount: Place): void {
  if (!mount.has('recursiveReadOnly')) return
  const field = 'volumeMounts.recursiveReadOnly'
  const mode = mount.text('recursiveReadOnly')
  const modes = ['Disabled', 'Enabled', 'IfPossible']
  if (!modes.includes(mode)) container.unsupported(field, modes, mode)
  if (mode !== 'Enabled' && mode !== 'IfPossible') return
  if (!mount.isTrue('readOnly')) {
    container.forbidden(field, 'may only be specified when readOnly is true')
  }
  if (mount.has('mountPropagation') && mount.text('mountPropagation') !== 'None') {
    const detail = 'may only be specified when mountPropagation is None or not specified'
    container.forbidden(field, detail)
  }
}

/** As ValidateVolumeDevices in Kubernetes' core validation. */
export function validateVolumeDevices(container: Place, volumes: Volumes): void {
  const names = new Set<string>()
  const paths = new Set<string>()
  const mountNames = valuesOf(container, 'volumeMounts', 'name')
  const mountPaths = valuesOf(container, 'volumeMounts', 'mountPath')
  for (const device of container.each('volumeDevices')) {
    const name = device.text('name')
    const path = device.text('devicePath')
    const volume = volumes.get(name)
    device.requireText('name')
    if (names.has(name)) device.invalid('name', 'must be unique', name)
    if (volume === undefined) device.notFound('name', name)
    else if (!volume.has('persistentVolumeClaim') && !volume.has('ephemeral')) {
      const detail =
        'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'
      device.invalid('name', detail, name)
    }
    device.requireText('devicePath')
    if (paths.has(path)) device.invalid('devicePath', 'must be unique', path)
    if (hasBacksteps(path)) device.invalid('devicePath', "can not contain backsteps ('..')", path)
    else paths.add(path)
    if (mountNames.has(name)) {
      device.invalid('name', 'must not already exist in volumeMounts', name)
    }
    if (mountPaths.has(path)) {
      device.invalid('devicePath', 'must not already exist as a path in volumeMounts', path)
    }
    if (name !== '') names.add(name)
  }
}
