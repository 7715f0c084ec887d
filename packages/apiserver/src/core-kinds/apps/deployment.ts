import type { KindRules } from '../../definitions/built-in-kind.ts'
import {
  defaultTo,
  defaultZeroTo,
  fieldsAt,
  fieldsWithin,
  type MutableFields,
} from '../shared/defaulting.ts'
import { defaultPodTemplate } from '../shared/pod/default-pod-spec.ts'
import { dropDisabledTemplateFields } from '../shared/pod/drop-disabled-fields.ts'
import { defaultReplicas, defaultRevisionHistory } from './controller-defaults.ts'

/** As the defaults, the strategy and the validation of Deployments in Kubernetes. */
export const deploymentRules: KindRules = {
  group: 'apps',
  plural: 'deployments',
  hasGeneration: true,
  writeRules: {
    defaults(deployment) {
      const spec = fieldsAt(deployment, 'spec')
      if (spec === undefined) return
      defaultReplicas(spec)
      defaultStrategy(fieldsWithin(spec, 'strategy'))
      defaultRevisionHistory(spec)
      defaultTo(spec, 'progressDeadlineSeconds', 600)
      defaultPodTemplate(spec, 'template')
    },
    prepareForCreate: dropDisabled,
    prepareForUpdate: dropDisabled,
  },
}

function defaultStrategy(strategy: MutableFields): void {
  defaultZeroTo(strategy, 'type', 'RollingUpdate')
  if (strategy['type'] !== 'RollingUpdate') return
  const rollingUpdate = fieldsWithin(strategy, 'rollingUpdate')
  defaultTo(rollingUpdate, 'maxUnavailable', '25%')
  defaultTo(rollingUpdate, 'maxSurge', '25%')
}

function dropDisabled(deployment: MutableFields): void {
  const spec = fieldsAt(deployment, 'spec')
  if (spec !== undefined) dropDisabledTemplateFields(spec, 'template')
}
