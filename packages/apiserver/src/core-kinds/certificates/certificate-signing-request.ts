import {
  checkDnsLabel,
  checkDnsSubdomain,
  forbiddenField,
  goQuote,
  GoSyntax,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'
import { readSigningRequest } from '@fairlead/pki'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { listAt, recordAt, recordsAt, textAt } from '../../definitions/fields.ts'
import { humanDuration } from '../../definitions/human-duration.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { certificateProblem } from './certificate-problem.ts'
import {
  keepDecisions,
  setTimes,
  validateConditionChange,
  validateConditions,
  validateNoDecision,
  withDecisions,
} from './request-conditions.ts'

const expirationSecondsMin = 600
const legacySigner = 'kubernetes.io/legacy-unknown'
const usages = (
  'any|cert sign|client auth|code signing|content commitment|crl sign|data encipherment|' +
  'decipher only|digital signature|email protection|encipher only|ipsec end system|ipsec tunnel|' +
  'ipsec user|key agreement|key encipherment|microsoft sgc|netscape sgc|ocsp signing|s/mime|' +
  'server auth|signing|timestamping'
).split('|')

/** As Kubernetes' CertificateSigningRequest strategy and validation. */
export const certificateSigningRequestRules: KindRules = {
  group: 'certificates.k8s.io',
  plural: 'certificatesigningrequests',
  nameRule: 'path-segment',
  selectableFields: ['spec.signerName'],
  statusKeeps: [['spec'], ['status', 'conditions']],
  allColumns: [
    nameColumn,
    ageColumn,
    textColumn('SignerName', 'Who is asked', (request) => {
      return textAt(recordAt(request, 'spec'), 'signerName') || '<none>'
    }),
    textColumn('Requestor', 'Who asks', (request) => {
      return textAt(recordAt(request, 'spec'), 'username')
    }),
    textColumn('RequestedDuration', 'For how long', (request) => {
      const seconds = recordAt(request, 'spec')['expirationSeconds']
      return typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>'
    }),
    textColumn('Condition', 'What has been decided', conditionOf),
  ],
  writeRules: {
    prepareForCreate(request) {
      // The real server keeps no managed fields of these.
      delete request.metadata.managedFields
    },
    prepareForUpdate(request, previous, { subresource, now }) {
      request['spec'] = previous['spec']
      const status = recordAt(request, 'status')
      if (subresource === undefined) return
      const before = recordAt(previous, 'status')
      if (subresource === 'status') keepDecisions(status, before)
      setTimes(status, before, now)
      request['status'] = subresource === 'approval' ? withDecisions(before, status) : status
    },
    validate: (request, previous) =>
      errorsOf(request, (root) => {
        validateSpec(root.within('spec'), previous)
        validateConditions(root.within('status'), previous)
        validateCertificate(root.within('status'), previous)
      }),
    validateUpdate: (request, previous, subresource) => [
      ...validateConditionChange(request, previous),
      ...(subresource === 'approval' ? [] : validateNoDecision(request, previous)),
      ...validateCertificateChange(request, previous, subresource),
    ],
  },
}

function validateSpec(spec: Place, previous: KubernetesObject | undefined): void {
  const problem = requestProblem(spec.text('request'))
  if (problem !== undefined) spec.invalid('request', problem, goBytes(spec))
  const wanted = spec.texts('usages')
  if (wanted.length === 0) spec.required('usages')
  const before = previous === undefined ? [] : listAt(recordAt(previous, 'spec'), 'usages')
  const hadUnknown = before.some((usage) => !usages.includes(String(usage)))
  const hadDuplicates = new Set(before).size < before.length
  for (const [index, usage] of wanted.entries()) {
    if (usages.includes(usage) || hadUnknown) continue
    spec.unsupported(`usages[${index}]`, usages, usage)
  }
  for (const [index, usage] of wanted.entries()) {
    if (hadDuplicates || wanted.indexOf(usage) === index) continue
    spec.duplicate(`usages[${index}]`, usage)
  }
  const signer = spec.text('signerName')
  if (signer === legacySigner && previous === undefined) {
    spec.invalid('signerName', 'the legacy signerName is not allowed via this API version')
  } else validateSignerName(spec, signer)
  const seconds = spec.optionalNumber('expirationSeconds')
  if (seconds !== undefined && seconds < expirationSecondsMin) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)'
    spec.invalid('expirationSeconds', detail)
  }
}

function requestProblem(encoded: string): string | undefined {
  try {
    readSigningRequest(Buffer.from(encoded, 'base64').toString('latin1'))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function goBytes(spec: Place): GoSyntax {
  const encoded = spec.text('request')
  if (encoded === '' && !spec.has('request')) return new GoSyntax('[]byte(nil)')
  const bytes = [...Buffer.from(encoded, 'base64')].map((byte) => `0x${byte.toString(16)}`)
  return new GoSyntax(encoded === '' ? '[]byte(nil)' : `[]byte{${bytes.join(', ')}}`)
}

/** As ValidateSignerName in Kubernetes' core validation. */
function validateSignerName(spec: Place, signer: string): void {
  if (!spec.requireText('signerName')) return
  const [domain = '', path = '', ...more] = signer.split('/')
  if (!signer.includes('/') || more.length > 0) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
    spec.invalid('signerName', detail)
    return
  }
  if (Buffer.byteLength(domain) > 253) spec.tooLong('signerName', 253)
  const labels = domain.split('.')
  validatePart(spec, domain, labels, checkDnsLabel)
  if (labels.length < 2) {
    const detail = 'should be a domain with at least two segments separated by dots'
    spec.invalid('signerName', detail, domain)
  }
  validatePart(spec, path, path.split('.'), checkDnsSubdomain)
  const bytesMax = 253 + 253 + 63 + 2
  if (Buffer.byteLength(signer) > bytesMax) spec.tooLong('signerName', bytesMax)
}

/** Only the first wrong label is reported. */
function validatePart(
  spec: Place,
  part: string,
  labels: readonly string[],
  check: (label: string) => readonly string[],
): void {
  const wrong = labels.find((label) => check(label).length > 0)
  if (wrong === undefined) return
  for (const problem of check(wrong)) {
    spec.invalid('signerName', `validating label ${goQuote(wrong)}: ${problem}`, part)
  }
}

function validateCertificate(status: Place, previous: KubernetesObject | undefined): void {
  const encoded = status.text('certificate')
  const before = previous === undefined ? '' : textAt(recordAt(previous, 'status'), 'certificate')
  if (encoded === '' || encoded === before) return
  // What was stored under older rules may stay.
  if (certificateProblem(before) !== undefined) return
  const problem = certificateProblem(encoded)
  if (problem !== undefined) status.invalid('certificate', problem, '<certificate data>')
}

/** A certificate is issued once, through `status`. */
function validateCertificateChange(
  request: KubernetesObject,
  previous: KubernetesObject,
  subresource: string | undefined,
): FieldError[] {
  const field = 'status.certificate'
  const after = textAt(recordAt(request, 'status'), 'certificate')
  const before = textAt(recordAt(previous, 'status'), 'certificate')
  if (after === before) return []
  if (subresource !== 'status') {
    return [forbiddenField(field, 'updates may not set certificate content')]
  }
  if (before === '') return []
  return [forbiddenField(field, 'updates may not modify existing certificate content')]
}

function conditionOf(request: KubernetesObject): string {
  const status = recordAt(request, 'status')
  const types = new Set(recordsAt(status, 'conditions').map(({ type }) => type))
  const decision = types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending'
  const failed = types.has('Failed') ? ',Failed' : ''
  const issued = textAt(status, 'certificate') === '' ? '' : ',Issued'
  return decision + failed + issued
}
