import { arrayOrEmpty, objectOrEmpty, type JsonObject, type Random } from '@fairlead/base'
import { generateName, goQuote, type KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { forbidden } from '../admission/forbidden.ts'
import type { Storage } from '../storage/storage.ts'
import { recordAt, recordsAt } from '../definitions/fields.ts'
import { secretsOf, unmountableEphemeralSecret, unmountableSecret } from './mountable-secrets.ts'
import { changed, isFor, shown } from './plugin-request.ts'

const volumePrefix = 'kube-api-access-'
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const mirrorAnnotation = 'kubernetes.io/config.mirror'
/** WarnOnlyBoundTokenExpirationSeconds in Kubernetes. */
const tokenLifetimeS = 3607

/**
 * Gives new pods a service account, which must exist, the secrets that it pulls images with, and a
 * volume with its token. An account may enforce which secrets its pods use.
 */
export function serviceAccount(storage: Storage, random: Random): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    validate: (request) => {
      if (!isOfPods(request) || request.object === undefined) return
      const { operation, object, subresource } = request
      if (subresource === undefined && operation !== 'CREATE') return
      if (subresource === 'ephemeralcontainers' && operation !== 'UPDATE') return
      if (object.metadata.annotations?.[mirrorAnnotation] !== undefined) {
        if (subresource === undefined) checkMirror(request)
        return
      }
      const name = shown(objectOrEmpty(object['spec'])['serviceAccountName'])
      if (name === '') {
        const pod = `${request.namespace}/${object.metadata.name ?? ''}`
        throw forbidden(request, `no service account specified for pod ${pod}`)
      }
      const account = accountFor(request, name, storage)
      const problem =
        subresource === undefined
          ? unmountableSecret(object, account)
          : unmountableEphemeralSecret(object, account)
      if (problem !== undefined) throw forbidden(request, problem)
    },
    mutate: (request) => {
      if (request.operation !== 'CREATE' || !isFor(request, '', 'pods')) return undefined
      const isMirror = request.object?.metadata.annotations?.[mirrorAnnotation] !== undefined
      if (isMirror) {
        checkMirror(request)
        return undefined
      }
      const given = objectOrEmpty(request.object?.['spec'])
      const name = shown(given['serviceAccountName'] || 'default')
      const account = accountFor(request, name, storage)
      return changed(request, (pod) => {
        const pulls = arrayOrEmpty(given['imagePullSecrets'])
        const inherited = pulls.length > 0 ? pulls : arrayOrEmpty(account['imagePullSecrets'])
        pod['spec'] = {
          ...objectOrEmpty(pod['spec']),
          serviceAccountName: name,
          serviceAccount: name,
          ...(inherited.length === 0 ? {} : { imagePullSecrets: inherited }),
        }
        if (isMounted(given, account)) mountToken(pod, random)
      })
    },
  }
}

function isOfPods({ definition, subresource }: AdmissionRequest): boolean {
  if (definition.group !== '' || definition.plural !== 'pods') return false
  return subresource === undefined || subresource === 'ephemeralcontainers'
}

/** A kubelet runs a mirror pod whatever is said here, so it may not have what others guard. */
function checkMirror(request: AdmissionRequest): void {
  const { object } = request
  if (object === undefined) return
  const spec = objectOrEmpty(object['spec'])
  if (spec['serviceAccountName']) {
    throw forbidden(request, 'a mirror pod may not reference service accounts')
  }
  if (secretsOf(object).length > 0) {
    throw forbidden(request, 'a mirror pod may not reference secrets')
  }
  const hasToken = recordsAt(spec, 'volumes')
    .flatMap((volume) => recordsAt(recordAt(volume, 'projected'), 'sources'))
    .some((source) => source['serviceAccountToken'])
  if (hasToken) {
    throw forbidden(request, 'a mirror pod may not use ServiceAccountToken volume projections')
  }
}

function accountFor(request: AdmissionRequest, name: string, storage: Storage): KubernetesObject {
  const { namespace } = request
  const found = storage.get({ resource: 'serviceaccounts', namespace, name })
  if (found !== undefined) return found
  throw forbidden(
    request,
    `error looking up service account ${namespace}/${name}: serviceaccount ${goQuote(name)} not found`,
  )
}

/** What the pod says counts more than what the account says. */
function isMounted(spec: JsonObject, account: KubernetesObject): boolean {
  const said = spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken']
  return said !== false
}

function mountToken(pod: KubernetesObject, random: Random): void {
  const spec = objectOrEmpty(pod['spec'])
  const volumes = arrayOrEmpty(spec['volumes'])
  const known = volumes.map(objectOrEmpty).find(({ name }) => shown(name).startsWith(volumePrefix))
  const name = known === undefined ? generateName(volumePrefix, random) : shown(known['name'])
  let isNeeded = false
  const mounted = (containers: unknown): JsonObject[] =>
    arrayOrEmpty(containers).map((each) => {
      const container = objectOrEmpty(each)
      const mounts = arrayOrEmpty(container['volumeMounts'])
      if (mounts.some((mount) => objectOrEmpty(mount)['mountPath'] === mountPath)) return container
      isNeeded = true
      return { ...container, volumeMounts: [...mounts, { name, readOnly: true, mountPath }] }
    })
  const containers = mounted(spec['containers'])
  const initContainers = mounted(spec['initContainers'])
  pod['spec'] = {
    ...spec,
    containers,
    ...(initContainers.length === 0 ? {} : { initContainers }),
    ...(isNeeded && known === undefined ? { volumes: [...volumes, tokenVolume(name)] } : {}),
  }
}

function tokenVolume(name: string): JsonObject {
  const namespaceField = { apiVersion: 'v1', fieldPath: 'metadata.namespace' }
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: tokenLifetimeS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: namespaceField }] } },
      ],
      defaultMode: 420,
    },
  }
}
