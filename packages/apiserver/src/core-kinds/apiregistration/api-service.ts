import { checkDns1035Label, checkDnsSubdomain, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { optionalRecordAt, recordAt, recordsAt, textAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { checkPortNumber } from '../shared/port.ts'

/** As the APIService strategy, defaults and validation of Kubernetes' aggregator; nothing is proxied. */
export const apiServiceRules: KindRules = {
  group: 'apiregistration.k8s.io',
  plural: 'apiservices',
  statusKeeps: [['spec'], ['metadata']],
  nameRule: 'path-segment',
  columns: [
    textColumn('Service', 'What serves it', (each) => {
      const service = optionalRecordAt(recordAt(each, 'spec'), 'service')
      if (service === undefined) return 'Local'
      return `${textAt(service, 'namespace')}/${textAt(service, 'name')}`
    }),
    textColumn('Available', 'Whether it can be reached', availabilityOf),
  ],
  writeRules: {
    defaults(apiService) {
      const service = optionalRecordAt(recordAt(apiService, 'spec'), 'service')
      if (service !== undefined) service['port'] ??= 443
    },
    prepareForCreate(apiService) {
      const isLocal = optionalRecordAt(recordAt(apiService, 'spec'), 'service') === undefined
      if (!isLocal) return
      const condition = {
        type: 'Available',
        status: 'True',
        lastTransitionTime: apiService.metadata.creationTimestamp,
        reason: 'Local',
        message: 'Local APIServices are always available',
      }
      apiService['status'] = { conditions: [condition] }
    },
    validate: (apiService) =>
      errorsOf(apiService, (root) => {
        validateName(root, apiService)
        validateSpec(root.within('spec'))
      }),
    validateStatus: (apiService) =>
      errorsOf(apiService, (root) => {
        for (const condition of root.within('status').each('conditions')) {
          const statuses = ['True', 'False', 'Unknown']
          if (!statuses.includes(condition.text('status'))) {
            condition.unsupported('status', statuses, condition.text('status'))
          }
        }
      }),
  },
}

function validateName(root: Place, { metadata }: KubernetesObject): void {
  const { name = '' } = metadata
  const spec = root.within('spec')
  const wanted = `${spec.text('version')}.${spec.text('group')}`
  if (name === '' || name === wanted || /[/%]/.test(name)) return
  root.invalid('metadata.name', `must be \`spec.version+"."+spec.group\`: "${wanted}"`, name)
}

function validateSpec(spec: Place): void {
  const group = spec.text('group')
  const version = spec.text('version')
  if (group === '' && version !== 'v1') {
    spec.required('group', 'only v1 may have an empty group and it better be legacy kube')
  }
  if (group !== '') spec.problems('group', checkDnsSubdomain(group))
  spec.problems('version', checkDns1035Label(version), version)
  const groupPriority = spec.number('groupPriorityMinimum')
  if (groupPriority <= 0 || groupPriority > 20_000) {
    spec.invalid('groupPriorityMinimum', 'must be positive and less than 20000', groupPriority)
  }
  const versionPriority = spec.number('versionPriority')
  if (versionPriority <= 0 || versionPriority > 1000) {
    spec.invalid('versionPriority', 'must be positive and less than 1000', versionPriority)
  }
  const service = spec.at('service')
  if (service === undefined) validateLocal(spec)
  else validateService(spec, service)
}

function validateLocal(spec: Place): void {
  const bytes = Buffer.byteLength(spec.text('caBundle'), 'base64')
  if (bytes > 0) {
    spec.invalid('caBundle', 'local APIServices may not have a caBundle', `${bytes} bytes`)
  }
  if (spec.isTrue('insecureSkipTLSVerify')) {
    const detail = 'local APIServices may not have insecureSkipTLSVerify'
    spec.invalid('insecureSkipTLSVerify', detail)
  }
}

function validateService(spec: Place, service: Place): void {
  service.requireText('namespace')
  service.requireText('name')
  for (const problem of checkPortNumber(service.number('port'))) {
    service.invalid('port', `port is not valid: ${problem}`, service.number('port'))
  }
  if (spec.isTrue('insecureSkipTLSVerify') && spec.text('caBundle') !== '') {
    spec.invalid('insecureSkipTLSVerify', 'may not be true if caBundle is present')
  }
}

function availabilityOf(apiService: KubernetesObject): string {
  const condition = recordsAt(recordAt(apiService, 'status'), 'conditions').find(
    ({ type }) => type === 'Available',
  )
  if (condition === undefined) return 'Unknown'
  if (condition['status'] === 'True') return 'True'
  return `${textAt(condition, 'status')} (${textAt(condition, 'reason')})`
}
