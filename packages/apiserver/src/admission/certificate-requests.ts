import { isJsonObject } from '@fairlead/base'
import { errors, type KubernetesObject } from '@fairlead/kube-core'
import { readSigningRequest } from '@fairlead/pki'

import type { Authorizer } from '../auth/authorizer.ts'
import { mastersGroup, type User } from '../auth/user.ts'
import { recordAt, textAt } from '../definitions/fields.ts'
import type { AdmissionPlugin } from './admission-plugin.ts'
import type { AdmissionRequest } from './admission-request.ts'

const group = 'certificates.k8s.io'
const plural = 'certificatesigningrequests'
const clientSigner = 'kubernetes.io/kube-apiserver-client'

/** Notes who asks for a certificate, as Kubernetes' strategy of the kind. */
const requestors: AdmissionPlugin = {
  name: 'CertificateRequestors',
  mutate: (request) => {
    const { object, user, operation } = request
    return isOne(request) && operation === 'CREATE' && object !== undefined
      ? { ...object, spec: { ...recordAt(object, 'spec'), ...requestor(user) } }
      : undefined
  },
}

/** Keeps users from asking for the group `system:masters`. */
const subjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate: (request) => {
    const { object, operation } = request
    if (isOne(request) && object !== undefined && operation === 'CREATE') {
      refuseMasters(request, object)
    }
  },
}

/**
 * What admission does about certificates: who asks is noted, and users are asked whether they may
 * approve or sign for the request's signer.
 */
export function certificateRequests(authorizer: Authorizer): readonly AdmissionPlugin[] {
  return [
    requestors,
    {
      name: 'CertificateApproval',
      validate: (request) => {
        const { object, subresource } = request
        if (!isOne(request) || object === undefined || subresource !== 'approval') return
        requireVerb(authorizer, request, object, 'approve')
      },
    },
    {
      name: 'CertificateSigning',
      validate: (request) => {
        const { object, oldObject, subresource } = request
        if (!isOne(request) || object === undefined || subresource !== 'status') return
        if (isSigned(object, oldObject)) requireVerb(authorizer, request, object, 'sign')
      },
    },
    subjectRestriction,
  ]
}

function isOne({ definition }: AdmissionRequest): boolean {
  return definition.group === group && definition.plural === plural
}

function requestor({ name, uid, groups, extra }: User): object {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  }
}

function refuseMasters(request: AdmissionRequest, object: KubernetesObject): void {
  const spec = recordAt(object, 'spec')
  if (textAt(spec, 'signerName') !== clientSigner || !asksForMasters(spec)) return
  throw refusal(request, `use of ${clientSigner} signer with ${mastersGroup} group is not allowed`)
}

function asksForMasters(spec: Readonly<Record<string, unknown>>): boolean {
  try {
    const pem = Buffer.from(textAt(spec, 'request'), 'base64').toString('utf8')
    return readSigningRequest(pem).organizations.includes(mastersGroup)
  } catch {
    // What is no request is refused by the rules of the kind.
    return false
  }
}

function isSigned(object: KubernetesObject, oldObject: KubernetesObject | undefined): boolean {
  const certificate = textAt(recordAt(object, 'status'), 'certificate')
  const isNew =
    oldObject !== undefined && textAt(recordAt(oldObject, 'status'), 'certificate') !== certificate
  return isNew || (hasFailed(object) && (oldObject === undefined || !hasFailed(oldObject)))
}

function hasFailed(object: KubernetesObject): boolean {
  const { conditions } = recordAt(object, 'status')
  return (
    Array.isArray(conditions) &&
    conditions.some((each) => isJsonObject(each) && each['type'] === 'Failed')
  )
}

/** A permission for one signer, or for all of its domain. */
function requireVerb(
  authorizer: Authorizer,
  request: AdmissionRequest,
  object: KubernetesObject,
  verb: 'approve' | 'sign',
): void {
  const signerName = textAt(recordAt(request.oldObject ?? object, 'spec'), 'signerName')
  const domain = `${signerName.split('/')[0]}/*`
  const isAllowed = [signerName, domain].some((name) => {
    const access = { verb, group, resource: 'signers', namespace: '', name }
    return authorizer.authorize(request.user, access).allowed
  })
  if (isAllowed) return
  const why = `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`
  throw refusal(request, why)
}

function refusal({ name }: AdmissionRequest, why: string): Error {
  return errors.forbidden(`${plural}.${group}`, name, why)
}
