import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textMapAt } from '../../definitions/fields.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf } from '../shared/place.ts'
import { defaultPodTemplate } from '../shared/pod/default-pod-spec.ts'
import { dropDisabledTemplateFields } from '../shared/pod/drop-disabled-fields.ts'
import { validatePodTemplate } from '../shared/pod/pod-template.ts'
import { podTemplateWarnings } from '../shared/pod/pod-warnings.ts'
import { containerColumns, formatLabels } from '../shared/workload-columns.ts'

/** As the defaults, the strategy and the validation of PodTemplates in Kubernetes. */
export const podTemplateRules: KindRules = {
  group: '',
  plural: 'podtemplates',
  hasGeneration: true,
  allColumns: [
    nameColumn,
    ...containerColumns((object) => recordAt(recordAt(object, 'template'), 'spec'), 0),
    textColumn('Pod Labels', 'The labels for the pod template.', (object) => {
      return formatLabels(textMapAt(recordAt(recordAt(object, 'template'), 'metadata'), 'labels'))
    }),
  ],
  writeRules: {
    defaults: (object) => defaultPodTemplate(object, 'template'),
    prepareForCreate: dropDisabled,
    prepareForUpdate: dropDisabled,
    validate: (object) => errorsOf(object, (root) => validatePodTemplate(root.within('template'))),
    warnings,
  },
}

function dropDisabled(object: MutableObject): void {
  dropDisabledTemplateFields(object, 'template')
}

function warnings(object: KubernetesObject, previous?: KubernetesObject): string[] {
  if (deepEqual(object['template'], previous?.['template'])) return []
  return podTemplateWarnings(recordAt(object, 'template'), 'template')
}
