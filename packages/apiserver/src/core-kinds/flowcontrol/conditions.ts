import type { Place } from '../shared/place.ts'

/** As the validation of both kinds' conditions in Kubernetes' flow control. */
export function validateConditions(status: Place): void {
  const types = new Set<string>()
  for (const condition of status.each('conditions')) {
    const type = condition.text('type')
    if (types.has(type)) condition.duplicate('type', type)
    types.add(type)
    condition.requireText('type', 'must not be empty')
  }
}
