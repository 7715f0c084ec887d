import { arrayOrEmpty, isJsonObject, type Logger } from '@fairlead/base'
import { isConflict, isNotFound, type KubernetesObject, timestamp } from '@fairlead/kube-core'
import {
  type PublicKeyInfrastructure,
  readSigningRequest,
  type SigningRequest,
} from '@fairlead/pki'

import { controllerUser } from '../auth/user.ts'
import { recordAt, textAt } from '../definitions/fields.ts'
import { changeObject } from '../resources/change-object.ts'
import { actingAs, type ResourceContext, type WriteContext } from '../resources/resource-context.ts'

const resource = 'certificatesigningrequests.certificates.k8s.io'
const yearSeconds = 365 * 24 * 60 * 60
const keyUsages = ['digital signature', 'key encipherment']

/** What one signer issues, and what it refuses. */
interface Signer {
  readonly usage: 'client' | 'server'
  /** Why it does not sign this; undefined when it does. */
  refusal(request: SigningRequest): string | undefined
}

/** As the signers of kube-controller-manager are described in Kubernetes' documentation. */
const signers: ReadonlyMap<string, Signer> = new Map([
  ['kubernetes.io/kube-apiserver-client', { usage: 'client', refusal: () => undefined }],
  ['kubernetes.io/kube-apiserver-client-kubelet', { usage: 'client', refusal: kubeletClient }],
  ['kubernetes.io/kubelet-serving', { usage: 'server', refusal: kubeletServing }],
])

/**
 * Signs approved CertificateSigningRequests with the server's authority, for at most a year: those
 * of the signers `kubernetes.io/kube-apiserver-client`, `…-kubelet` and `kubernetes.io/kubelet-serving`.
 * A request that its signer does not allow gets the condition `Failed`.
 */
export class CertificateSigner {
  readonly #context: WriteContext
  readonly #pki: PublicKeyInfrastructure
  readonly #logger: Logger
  readonly #unsubscribe: () => void

  constructor(context: ResourceContext, pki: PublicKeyInfrastructure, logger: Logger) {
    this.#context = actingAs(context, controllerUser('certificate-controller'))
    this.#pki = pki
    this.#logger = logger
    const { storage } = context
    for (const object of storage.list({ resource }).objects) void this.#reconcile(object)
    this.#unsubscribe = storage.subscribe(resource, ({ type, object }) => {
      if (type !== 'DELETED') void this.#reconcile(object)
    })
  }

  stop(): void {
    this.#unsubscribe()
  }

  async #reconcile(request: KubernetesObject): Promise<void> {
    const spec = recordAt(request, 'spec')
    const signer = signers.get(textAt(spec, 'signerName'))
    if (signer === undefined || !waits(request)) return
    try {
      await this.#write(request, this.#answer(signer, spec))
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return
      const { name } = request.metadata
      this.#logger.warn({ error, name }, 'a certificate signing request was not answered')
    }
  }

  /** What the status of the request becomes, beside what it has. */
  #answer(
    signer: Signer,
    spec: Readonly<Record<string, unknown>>,
  ): (status: Readonly<Record<string, unknown>>) => Record<string, unknown> {
    const signed = this.#sign(signer, spec)
    if (signed.certificate !== undefined) {
      const certificate = Buffer.from(signed.certificate).toString('base64')
      return (status) => ({ ...status, certificate })
    }
    const now = timestamp(this.#context.clock.now())
    const failed = {
      type: 'Failed',
      status: 'True',
      reason: 'SignerValidationFailure',
      message: signed.refused,
      lastUpdateTime: now,
      lastTransitionTime: now,
    }
    return (status) => ({ ...status, conditions: [...arrayOrEmpty(status['conditions']), failed] })
  }

  #sign(
    signer: Signer,
    spec: Readonly<Record<string, unknown>>,
  ):
    | { readonly certificate: string }
    | { readonly certificate?: undefined; readonly refused: string } {
    try {
      const pem = Buffer.from(textAt(spec, 'request'), 'base64').toString('utf8')
      const request = readSigningRequest(pem)
      const refused = usagesRefusal(signer, arrayOrEmpty(spec['usages'])) ?? signer.refusal(request)
      if (refused !== undefined) return { refused }
      const wanted = spec['expirationSeconds']
      const seconds = typeof wanted === 'number' ? Math.min(wanted, yearSeconds) : yearSeconds
      const { commonName, organizations, dnsNames, addresses, publicKey } = request
      const certificate = this.#pki.sign(
        {
          usage: signer.usage,
          subject: { commonName, organizations },
          hosts: [...dnsNames, ...addresses],
          publicKey,
        },
        seconds * 1000,
      )
      return { certificate }
    } catch (error) {
      return { refused: error instanceof Error ? error.message : String(error) }
    }
  }

  async #write(
    { metadata }: KubernetesObject,
    answer: (status: Readonly<Record<string, unknown>>) => Record<string, unknown>,
  ): Promise<void> {
    const definition = this.#context.registry.find(
      'certificates.k8s.io',
      'v1',
      'certificatesigningrequests',
    )
    if (definition === undefined) return
    const { name = '', resourceVersion = '' } = metadata
    await changeObject(
      this.#context,
      { definition, namespace: '', name, subresource: 'status' },
      (current) => ({
        ...current,
        metadata: { ...current.metadata, resourceVersion },
        status: answer(recordAt(current, 'status')),
      }),
      {
        dryRun: false,
        fieldManager: 'kube-controller-manager',
        fieldValidation: 'Ignore',
        warn: () => {},
      },
      'track',
    )
  }
}

/** Whether it is approved, and has neither a certificate nor failed. */
function waits(request: KubernetesObject): boolean {
  const status = recordAt(request, 'status')
  const types = arrayOrEmpty(status['conditions'])
    .filter(isJsonObject)
    .map((condition) => textAt(condition, 'type'))
  return (
    types.includes('Approved') &&
    !types.includes('Denied') &&
    !types.includes('Failed') &&
    textAt(status, 'certificate') === ''
  )
}

function usagesRefusal({ usage }: Signer, usages: readonly unknown[]): string | undefined {
  const own = `${usage} auth`
  const isAllowed = usages.every((each) => each === own || keyUsages.includes(String(each)))
  if (isAllowed && usages.includes(own)) return undefined
  return `usages must be "${own}" and may be ${keyUsages.map((each) => `"${each}"`).join(' and ')}`
}

function kubeletClient({
  commonName,
  organizations,
  dnsNames,
  addresses,
  otherNames,
}: SigningRequest): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== 'system:nodes') {
    return 'subject organization is not system:nodes'
  }
  if (!commonName.startsWith('system:node:')) {
    return 'subject common name does not begin with system:node:'
  }
  const names = dnsNames.length + addresses.length + otherNames
  return names === 0 ? undefined : 'subject alternative names are not allowed'
}

function kubeletServing(request: SigningRequest): string | undefined {
  const { dnsNames, addresses, otherNames } = request
  if (otherNames > 0) return 'email and URI subject alternative names are not allowed'
  if (dnsNames.length + addresses.length === 0)
    return 'DNS or IP subject alternative name is required'
  return kubeletClient({ ...request, dnsNames: [], addresses: [] })
}
