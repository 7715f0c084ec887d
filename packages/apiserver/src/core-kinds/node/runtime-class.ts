import { append } from '@fairlead/base'
import { checkDnsLabel, validateLabels, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import {
  optionalRecordAt,
  recordAt,
  recordsAt,
  textAt,
  textMapAt,
} from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { nodeLabelDeprecation } from '../shared/deprecated-node-labels.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { errorsOf, Place } from '../shared/place.ts'
import { validateTolerations } from '../shared/pod/tolerations.ts'
import { roundUpResources } from '../shared/resource-list.ts'
import { validateOverhead } from '../shared/resource-requirements.ts'

/** As Kubernetes' RuntimeClass strategy and validation. */
export const runtimeClassRules: KindRules = {
  group: 'node.k8s.io',
  plural: 'runtimeclasses',
  columns: [textColumn('Handler', 'What runs the pods', (each) => textAt(each, 'handler'))],
  writeRules: {
    defaults(runtimeClass) {
      const overhead = optionalRecordAt(runtimeClass, 'overhead')
      if (overhead !== undefined) roundUpResources(overhead, 'podFixed')
    },
    validate: (runtimeClass) =>
      errorsOf(runtimeClass, (root) => {
        root.problems('handler', checkDnsLabel(root.text('handler')))
        const overhead = root.at('overhead')
        if (overhead !== undefined) {
          const { found, path } = overhead
          validateOverhead(new Place(overhead.textMap('podFixed'), path, found))
        }
        const scheduling = root.at('scheduling')
        if (scheduling !== undefined) validateScheduling(scheduling)
      }),
    validateUpdate: (runtimeClass, previous) =>
      immutableErrors(runtimeClass, previous, '', ['handler']),
    warnings: selectorWarnings,
  },
}

/** As GetWarningsForRuntimeClass in Kubernetes' `pkg/api/node`. */
function selectorWarnings(runtimeClass: KubernetesObject): readonly string[] {
  const selector = textMapAt(recordAt(runtimeClass, 'scheduling'), 'nodeSelector')
  return Object.keys(selector).flatMap((label) => {
    const deprecation = nodeLabelDeprecation(label)
    return deprecation === undefined ? [] : [`scheduling.nodeSelector: ${deprecation}`]
  })
}

function validateScheduling(scheduling: Place): void {
  const selector = scheduling.textMap('nodeSelector')
  append(scheduling.found, validateLabels(selector, scheduling.pathOf('nodeSelector')))
  // The real server repeats the name of the list in the path of these.
  const { fields, path, found } = scheduling
  validateTolerations(new Place(fields, `${path}.tolerations`, found))
  const seen = new Set<string>()
  for (const [index, toleration] of recordsAt(fields, 'tolerations').entries()) {
    const key = JSON.stringify(
      ['key', 'operator', 'value', 'effect'].map((field) => toleration[field]),
    )
    if (seen.has(key)) scheduling.duplicate(`tolerations[${index}]`, toleration)
    seen.add(key)
  }
}
