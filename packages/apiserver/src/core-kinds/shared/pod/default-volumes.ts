import { defaultTo, defaultZeroTo, fieldsAt, itemsAt, type MutableFields } from '../defaulting.ts'
import { roundUpResources } from '../resource-list.ts'
import { defaultFieldRef, pullPolicyOf } from './default-containers.ts'

const fileMode = 0o644
const tokenLifetimeSeconds = 3600

/** Values of types of volumes that only need constants; `zero` counts as absent. */
const constants: Readonly<
  Record<string, { readonly absent?: MutableFields; readonly zero?: MutableFields }>
> = {
  azureDisk: {
    absent: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
  },
  configMap: { absent: { defaultMode: fileMode } },
  downwardAPI: { absent: { defaultMode: fileMode } },
  hostPath: { absent: { type: '' } },
  iscsi: { zero: { iscsiInterface: 'default' } },
  projected: { absent: { defaultMode: fileMode } },
  rbd: { zero: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' } },
  scaleIO: { zero: { storageMode: 'ThinProvisioned', fsType: 'xfs' } },
  secret: { absent: { defaultMode: fileMode } },
}

/** As SetDefaults_Volume and those of each type of volume in Kubernetes' core defaults. */
export function defaultVolume(volume: MutableFields): void {
  const sources = Object.keys(volume).filter((name) => fieldsAt(volume, name) !== undefined)
  if (sources.length === 0) volume['emptyDir'] = {}
  for (const name of sources) defaultSource(name, fieldsAt(volume, name) ?? {})
}

function defaultSource(name: string, source: MutableFields): void {
  const { absent = {}, zero = {} } = Object.hasOwn(constants, name) ? (constants[name] ?? {}) : {}
  for (const [field, value] of Object.entries(absent)) defaultTo(source, field, value)
  for (const [field, value] of Object.entries(zero)) defaultZeroTo(source, field, value)
  switch (name) {
    case 'downwardAPI':
      for (const item of itemsAt(source, 'items')) defaultFieldRef(item)
      break
    case 'projected':
      for (const projection of itemsAt(source, 'sources')) defaultProjection(projection)
      break
    case 'ephemeral': {
      const template = fieldsAt(source, 'volumeClaimTemplate') ?? {}
      const spec = fieldsAt(template, 'spec')
      if (spec !== undefined) defaultClaimSpec(spec)
      break
    }
    case 'image':
      defaultZeroTo(source, 'pullPolicy', pullPolicyOf(source['reference']))
  }
}

function defaultProjection(projection: MutableFields): void {
  for (const item of itemsAt(fieldsAt(projection, 'downwardAPI') ?? {}, 'items')) {
    defaultFieldRef(item)
  }
  const token = fieldsAt(projection, 'serviceAccountToken')
  if (token !== undefined) defaultTo(token, 'expirationSeconds', tokenLifetimeSeconds)
}

/** As SetDefaults_PersistentVolumeClaimSpec in Kubernetes' core defaults. */
export function defaultClaimSpec(spec: MutableFields): void {
  defaultTo(spec, 'volumeMode', 'Filesystem')
  const resources = fieldsAt(spec, 'resources') ?? {}
  roundUpResources(resources, 'limits')
  roundUpResources(resources, 'requests')
}
