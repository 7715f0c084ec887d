import { checkDnsLabel, checkDnsSubdomain, goQuote } from '@fairlead/kube-core'

import { Place } from '../place.ts'
import { quantityAt } from '../quantities.ts'
import { validateClaimTemplate } from './claim-template.ts'
import type { Volumes } from './volume-mounts.ts'
import { volumeSources } from './volume-sources.ts'

const onlyOne = 'may not specify more than 1 volume type'

/**
 * As ValidateVolumes in Kubernetes' core validation.
 * @param podName empty for a pod template
 * @returns the valid ones
 */
export function validateVolumes(spec: Place, podName: string): Volumes {
  const valid = new Map<string, Place>()
  const volumes = spec.each('volumes')
  const created = new Set(
    volumes.filter((volume) => volume.has('ephemeral')).map((volume) => claimName(podName, volume)),
  )
  for (const volume of volumes) {
    const before = volume.found.length
    const name = volume.text('name')
    validateSource(volume, podName)
    if (volume.requireText('name')) volume.problems('name', checkDnsLabel(name))
    if (valid.has(name)) volume.duplicate('name')
    if (volume.found.length === before) valid.set(name, volume)
    const claim = volume.at('persistentVolumeClaim')
    if (claim === undefined || podName === '' || !created.has(claim.text('claimName'))) continue
    const detail = 'must not reference a PVC that gets created for an ephemeral volume'
    claim.invalid('claimName', detail)
  }
  return valid
}

function claimName(podName: string, volume: Place): string {
  return `${podName}-${volume.text('name')}`
}

function validateSource(volume: Place, podName: string): void {
  let count = 0
  for (const { field, path = field, pathOfSecond = field, validate } of volumeSources) {
    const source = volume.at(field)
    if (source === undefined) continue
    count += 1
    if (field === 'emptyDir') validateEmptyDir(source)
    else if (count > 1) volume.forbidden(pathOfSecond, onlyOne)
    else validate(new Place(source.fields, volume.pathOf(path), volume.found))
    if (field === 'iscsi') validateIscsiName(volume, source)
  }
  const ephemeral = volume.at('ephemeral')
  if (ephemeral !== undefined) {
    count += 1
    if (count > 1) volume.forbidden('ephemeral', onlyOne)
    else validateEphemeral(volume, ephemeral, podName)
  }
  if (count === 0) volume.required('', 'must specify a volume type')
}

function validateEmptyDir(source: Place): void {
  if ((quantityAt(source, 'sizeLimit')?.nano ?? 0n) >= 0n) return
  source.forbidden('sizeLimit', 'SizeLimit field must be a valid resource quantity')
}

function validateIscsiName(volume: Place, source: Place): void {
  const name = volume.text('name')
  if (!source.has('initiatorName')) return
  if (Buffer.byteLength(`${name}:${source.text('targetPortal')}`) <= 64) return
  const detail =
    'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'
  volume.invalid('name', detail, name)
}

function validateEphemeral(volume: Place, ephemeral: Place, podName: string): void {
  const template = ephemeral.at('volumeClaimTemplate')
  if (template === undefined) ephemeral.required('volumeClaimTemplate')
  else validateClaimTemplate(template)
  if (podName === '' || volume.text('name') === '') return
  const name = claimName(podName, volume)
  for (const problem of checkDnsSubdomain(name)) {
    volume.invalid('name', `PVC name ${goQuote(name)}: ${problem}`)
  }
}
