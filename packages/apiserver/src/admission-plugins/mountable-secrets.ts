import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../definitions/fields.ts'

const annotation = 'kubernetes.io/enforce-mountable-secrets'
/** As Go's strconv.ParseBool reads true. */
const yes: readonly string[] = ['1', 't', 'T', 'true', 'True', 'TRUE']

/** What a container takes from a secret. */
interface SecretUse {
  /** As messages name it. */
  readonly how: string
  readonly secret: string
}

/**
 * Why a pod may not use a secret that it names: its account, which enforces it by an annotation, does
 * not list it. Undefined when nothing is wrong.
 */
export function unmountableSecret(
  pod: KubernetesObject,
  account: KubernetesObject,
): string | undefined {
  if (!isEnforced(account)) return undefined
  const spec = recordAt(pod, 'spec')
  const mountable = namesIn(account, 'secrets')
  const volume = recordsAt(spec, 'volumes')
    .flatMap((each) => (each['secret'] ? [textAt(recordAt(each, 'secret'), 'secretName')] : []))
    .find((name) => !mountable.has(name))
  const says = `does not reference that`
  const name = account.metadata.name ?? ''
  if (volume !== undefined) {
    return `volume with secret.secretName="${volume}" is not allowed because service account ${name} ${says} secret`
  }
  const used = [
    ...usesOf(spec, 'initContainers', 'init container'),
    ...usesOf(spec, 'containers', 'container'),
  ].find(({ secret }) => !mountable.has(secret))
  if (used !== undefined) return refusal(used, name)
  const pulled = namesIn(account, 'imagePullSecrets')
  const index = recordsAt(spec, 'imagePullSecrets').findIndex(
    (each) => !pulled.has(textAt(each, 'name')),
  )
  if (index < 0) return undefined
  const pull = textAt(recordsAt(spec, 'imagePullSecrets')[index] ?? {}, 'name')
  return `imagePullSecrets[${index}].name="${pull}" is not allowed because service account ${name} ${says} imagePullSecret`
}

/** As `unmountableSecret`, for the ephemeral containers that are added to a pod. */
export function unmountableEphemeralSecret(
  pod: KubernetesObject,
  account: KubernetesObject,
): string | undefined {
  if (!isEnforced(account)) return undefined
  const mountable = namesIn(account, 'secrets')
  const uses = usesOf(recordAt(pod, 'spec'), 'ephemeralContainers', 'ephemeral container')
  const used = uses.find(({ secret }) => !mountable.has(secret))
  return used && refusal(used, account.metadata.name ?? '')
}

/** The secrets that containers take variables from, and volumes are made of. */
export function secretsOf(pod: KubernetesObject): readonly string[] {
  const spec = recordAt(pod, 'spec')
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    usesOf(spec, field, '').map(({ secret }) => secret),
  )
  return [
    ...recordsAt(spec, 'imagePullSecrets').map((each) => textAt(each, 'name')),
    ...containers,
    ...recordsAt(spec, 'volumes').flatMap(secretsOfVolume),
  ]
}

/** Of the kinds of volumes that name secrets, in all of which a field says so. */
function secretsOfVolume(volume: Fields): string[] {
  return Object.keys(volume).flatMap((type) => {
    const source = recordAt(volume, type)
    const projected = recordsAt(source, 'sources').map((each) => recordAt(each, 'secret'))
    const references = ['secretRef', 'nodePublishSecretRef'].map((field) => recordAt(source, field))
    return [textAt(source, 'secretName'), ...[...projected, ...references].map(nameOf)].filter(
      (name) => name !== '',
    )
  })
}

function isEnforced({ metadata }: KubernetesObject): boolean {
  return yes.includes(metadata.annotations?.[annotation] ?? '')
}

function namesIn(account: KubernetesObject, field: string): ReadonlySet<string> {
  return new Set(recordsAt(account, field).map(nameOf))
}

function nameOf(reference: Fields): string {
  return textAt(reference, 'name')
}

function usesOf(spec: Fields, field: string, what: string): readonly SecretUse[] {
  return recordsAt(spec, field).flatMap((container) => {
    const who = `${what} ${textAt(container, 'name')} with`
    const variables = recordsAt(container, 'env').flatMap((variable): SecretUse[] => {
      const source = recordAt(variable, 'valueFrom')
      if (!source['secretKeyRef']) return []
      const how = `${who} envVar ${textAt(variable, 'name')} referencing`
      return [{ how, secret: nameOf(recordAt(source, 'secretKeyRef')) }]
    })
    const whole = recordsAt(container, 'envFrom').flatMap((source): SecretUse[] => {
      if (!source['secretRef']) return []
      return [{ how: `${who} envFrom referencing`, secret: nameOf(recordAt(source, 'secretRef')) }]
    })
    return [...variables, ...whole]
  })
}

function refusal({ how, secret }: SecretUse, account: string): string {
  return `${how} secret.secretName="${secret}" is not allowed because service account ${account} does not reference that secret`
}
