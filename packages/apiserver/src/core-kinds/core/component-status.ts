import type { KindRules } from '../../definitions/built-in-kind.ts'

/** Nothing is stored of this kind: it lists the scheduler and others, of which none run here. */
export const componentStatusRules: KindRules = {
  group: '',
  plural: 'componentstatuses',
  deprecationWarning: 'v1 ComponentStatus is deprecated in v1.19+',
}
