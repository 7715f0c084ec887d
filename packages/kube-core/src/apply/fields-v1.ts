/**
 * The wire form of a set of fields: keys are `.` (the value itself), `f:<field>`, `k:<JSON of a
 * list map key>`, `v:<JSON of a set member>` and `i:<index>`; an empty object marks a leaf member.
 */
export interface FieldsV1 {
  [element: string]: FieldsV1
}
