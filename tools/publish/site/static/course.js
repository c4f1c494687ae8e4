// The theme puts the course's title outside of every landmark; readers of screens need it in one.
document.addEventListener("DOMContentLoaded", () => {
  const side = document.querySelector(".bd-sidebar-primary");
  side?.setAttribute("role", "region");
  side?.setAttribute("aria-label", "Course");
});
