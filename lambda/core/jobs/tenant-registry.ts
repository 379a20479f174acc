/**
 * The tenants that have jobs. No index lists the jobs of all tenants, so an operator's list needs their
 * names.
 */
export interface TenantRegistry {
  /** Adds a tenant until `untilMs`, in milliseconds since the Unix epoch, or extends its entry. */
  add(tenant: string, untilMs: number): Promise<void>;
  /** Returns the tenants whose entries have not ended, sorted. */
  all(nowMs: number): Promise<readonly string[]>;
}
