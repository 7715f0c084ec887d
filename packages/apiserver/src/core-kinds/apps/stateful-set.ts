import { deepEqual, goQuote, GoSyntax } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { numberAt, recordAt, type Fields } from '../../definitions/fields.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { claimWarnings } from '../shared/claim-warnings.ts'
import {
  defaultTo,
  defaultZeroTo,
  fieldsAt,
  fieldsWithin,
  itemsAt,
  type MutableFields,
} from '../shared/defaulting.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf, Place } from '../shared/place.ts'
import {
  goLabelSelector,
  isEmptySelector,
  selectorAt,
  validateSelects,
} from '../shared/pod-selector.ts'
import { defaultPodTemplate } from '../shared/pod/default-pod-spec.ts'
import { defaultClaimSpec } from '../shared/pod/default-volumes.ts'
import { dropDisabledIn } from '../shared/pod/drop-disabled-in.ts'
import { validateTemplateMetadata } from '../shared/pod/pod-template.ts'
import { validateCollisionCount, validateReplicaCounts } from '../shared/replica-status.ts'
import { containerColumns, templateSpec } from '../shared/workload-columns.ts'
import { templateWarnings } from '../shared/workload-warnings.ts'
import { validateRestarts } from './replica-set.ts'

const dropDisabledPodFields = dropDisabledIn('spec')

/** As the defaults, the strategy and the validation of StatefulSets in Kubernetes. */
export const statefulSetRules: KindRules = {
  group: 'apps',
  plural: 'statefulsets',
  hasGeneration: true,
  nameRule: 'label',
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.spec.selector',
  },
  allColumns: [
    nameColumn,
    textColumn('Ready', 'Number of the pod with ready state', (set) => {
      const ready = numberAt(recordAt(set, 'status'), 'readyReplicas') ?? 0
      return `${ready}/${numberAt(recordAt(set, 'spec'), 'replicas') ?? 0}`
    }),
    ageColumn,
    ...containerColumns(templateSpec, 1),
  ],
  writeRules: {
    defaults(set) {
      const spec = fieldsAt(set, 'spec')
      if (spec === undefined) return
      defaultZeroTo(spec, 'podManagementPolicy', 'OrderedReady')
      defaultStrategy(fieldsWithin(spec, 'updateStrategy'))
      const retention = fieldsWithin(spec, 'persistentVolumeClaimRetentionPolicy')
      defaultZeroTo(retention, 'whenDeleted', 'Retain')
      defaultZeroTo(retention, 'whenScaled', 'Retain')
      defaultTo(spec, 'replicas', 1)
      defaultTo(spec, 'revisionHistoryLimit', 10)
      defaultPodTemplate(spec, 'template')
      for (const claim of itemsAt(spec, 'volumeClaimTemplates')) defaultClaim(claim)
    },
    prepareForCreate: dropDisabled,
    prepareForUpdate: dropDisabled,
    validate: (set) => errorsOf(set, (root) => validateSpec(root.within('spec'))),
    validateUpdate: (set, previous) =>
      errorsOf(set, (root) => {
        if (deepEqual(fixed(root.within('spec').fields), fixed(recordAt(previous, 'spec')))) return
        const detail =
          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', " +
          "'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
        root.forbidden('spec', detail)
      }),
    validateStatus: (set, previous) =>
      errorsOf(set, (root) => {
        const status = root.within('status')
        validateStatus(status)
        validateCollisionCount(status, new Place(recordAt(previous, 'status'), 'status', []))
      }),
    warnings: (set, previous) => [
      ...templateWarnings(set, previous),
      ...new Place(recordAt(set, 'spec'), 'spec', [])
        .each('volumeClaimTemplates')
        .flatMap((claim) => {
          // The real server gives the path of the template, and on an update one that does not exist.
          const path = previous === undefined ? claim.path : claim.pathOf('Spec')
          return claimWarnings(new Place(claim.within('spec').fields, path, []))
        }),
    ],
  },
}

function defaultStrategy(strategy: MutableFields): void {
  if (!strategy['type']) {
    strategy['type'] = 'RollingUpdate'
    defaultTo(strategy, 'rollingUpdate', {})
  }
  const rollingUpdate = fieldsAt(strategy, 'rollingUpdate')
  if (strategy['type'] !== 'RollingUpdate' || rollingUpdate === undefined) return
  defaultTo(rollingUpdate, 'partition', 0)
}

/** A template of claims is written as a claim. */
function defaultClaim(claim: MutableFields): void {
  claim['apiVersion'] = 'v1'
  claim['kind'] = 'PersistentVolumeClaim'
  const spec = fieldsAt(claim, 'spec')
  if (spec !== undefined) defaultClaimSpec(spec)
  defaultZeroTo(fieldsWithin(claim, 'status'), 'phase', 'Pending')
}

/** How many pods may be missing is a feature that is off. */
function dropDisabled(set: MutableObject): void {
  const spec = fieldsAt(set, 'spec') ?? {}
  const strategy = fieldsAt(spec, 'updateStrategy') ?? {}
  delete (fieldsAt(strategy, 'rollingUpdate') ?? {})['maxUnavailable']
  dropDisabledPodFields(set)
}

/** What an update must not change. */
function fixed(spec: Fields): unknown {
  const {
    replicas: _replicas,
    template: _template,
    updateStrategy: _updateStrategy,
    minReadySeconds: _minReadySeconds,
    ordinals: _ordinals,
    persistentVolumeClaimRetentionPolicy: _retention,
    ...rest
  } = spec
  return rest
}

/** As ValidateStatefulSetSpec, which looks only at the metadata of the template. */
function validateSpec(spec: Place): void {
  const policy = spec.text('podManagementPolicy')
  if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    spec.invalid('podManagementPolicy', "must be 'OrderedReady' or 'Parallel'")
  }
  validateStrategy(spec)
  const retention = spec.at('persistentVolumeClaimRetentionPolicy')
  retention?.oneOf('whenDeleted', ['Retain', 'Delete'])
  retention?.oneOf('whenScaled', ['Retain', 'Delete'])
  spec.notNegative('replicas')
  spec.notNegative('minReadySeconds')
  spec.at('ordinals')?.notNegative('start')
  const selector = spec.at('selector')
  if (selector === undefined) spec.required('selector')
  else {
    validateLabelSelector(selector)
    if (isEmptySelector(selector)) {
      const detail = 'empty selector is invalid for statefulset'
      spec.invalid('selector', detail, goLabelSelector(selector.fields))
    }
  }
  const template = spec.within('template')
  const parsed = selectorAt(spec, 'selector')
  if (parsed === 'invalid') spec.invalid('selector', '', goLabelSelector(selector?.fields))
  else {
    validateSelects(parsed, template)
    validateTemplateMetadata(template)
  }
  validateRestarts(template, 'StatefulSet')
}

function validateStrategy(spec: Place): void {
  const strategy = spec.within('updateStrategy')
  const update = strategy.at('rollingUpdate')
  switch (strategy.text('type')) {
    case 'OnDelete': {
      if (update === undefined) break
      const partition = update.number('partition')
      const shown = `apps.RollingUpdateStatefulSetStrategy{Partition:${partition}, MaxUnavailable:(*intstr.IntOrString)(nil)}`
      const detail = "only allowed for updateStrategy 'RollingUpdate'"
      strategy.invalid('rollingUpdate', detail, new GoSyntax(shown))
      break
    }
    case 'RollingUpdate':
      update?.notNegative('partition')
      break
    default: {
      const address = update === undefined ? 'nil' : '0xc000000000'
      const type = goQuote(strategy.text('type'))
      const shown = `apps.StatefulSetUpdateStrategy{Type:${type}, RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(${address})}`
      spec.invalid('updateStrategy', "must be 'RollingUpdate' or 'OnDelete'", new GoSyntax(shown))
    }
  }
}

function validateStatus(status: Place): void {
  for (const field of [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ]) {
    status.notNegative(field)
  }
  const compared = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas']
  validateReplicaCounts(status, compared, 'status.readyReplicas')
}
