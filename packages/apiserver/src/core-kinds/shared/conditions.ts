import { checkLabelKey } from '@fairlead/kube-core'

import type { Place } from './place.ts'

const statuses = ['False', 'True', 'Unknown'] as const
const reasonBytesMax = 1024
const messageBytesMax = 32 * 1024
const reasonFormat = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?'
const reasonProblem =
  'a condition reason must start with alphabetic character, optionally followed by a string of ' +
  "alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. " +
  "'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', " +
  `regex used for validation is '${reasonFormat}')`

/** As ValidateConditions in the validation of Kubernetes' metadata types. */
export function validateConditions(status: Place): void {
  const types = new Set<string>()
  for (const condition of status.each('conditions')) {
    const type = condition.text('type')
    if (types.has(type)) condition.duplicate('type', type)
    types.add(type)
    validateCondition(condition)
  }
}

function validateCondition(condition: Place): void {
  condition.problems('type', checkLabelKey(condition.text('type')))
  const status = condition.text('status')
  if (!statuses.some((each) => each === status)) condition.unsupported('status', statuses, status)
  if (condition.number('observedGeneration') < 0) {
    condition.invalid('observedGeneration', 'must be greater than or equal to zero')
  }
  if (!condition.has('lastTransitionTime')) condition.required('lastTransitionTime', 'must be set')
  validateReason(condition)
  if (Buffer.byteLength(condition.text('message')) > messageBytesMax) {
    condition.tooLong('message', messageBytesMax)
  }
}

function validateReason(condition: Place): void {
  if (!condition.requireText('reason', 'must be set')) return
  const reason = condition.text('reason')
  if (!/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/.test(reason)) {
    condition.invalid('reason', reasonProblem)
  }
  if (Buffer.byteLength(reason) > reasonBytesMax) condition.tooLong('reason', reasonBytesMax)
}
