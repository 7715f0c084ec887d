import {
  bool,
  bytes,
  type CelType,
  double,
  int,
  nullType,
  string,
  uint,
} from '../types/cel-type.ts'

/** The types of literals, by what the syntax tree calls them. */
export const constantTypes: Readonly<Record<string, CelType>> = {
  boolValue: bool,
  int64Value: int,
  uint64Value: uint,
  doubleValue: double,
  stringValue: string,
  bytesValue: bytes,
  nullValue: nullType,
}
