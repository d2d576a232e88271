// The command on the page names the address that the page came from.
document.querySelector("#origin").textContent = location.href.replace(/\/$/, "");
