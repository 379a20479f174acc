// The client's interface is agreed; its implementation comes with the first slice.
export {};
